import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { decodeTaskRequest, type EngineFault, isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import { BodyTooLarge, readBoundedBytes } from "../kit/bounded-body.ts";
import { doFor } from "./asker.ts";
import type { Tasks } from "./tasks.ts";

/** Seventeen minutes of sound as samples, or some photographs. */
const maxBodyBytes = 64 * 1024 * 1024;
/** Each holds its inputs in memory while it waits. */
const maxUnderWay = 32;

/** Answers task requests on whatever it listens; a caller that leaves cancels its work. */
export function taskServer(tasks: Tasks): Server {
  let underWay = 0;
  return createServer(async (request, response) => {
    if (underWay >= maxUnderWay) {
      const message = `Cannot do a task now: ${maxUnderWay} are under way; try again`;
      return fault(response, new SelvedgeError("ENGINE_BUSY", message));
    }
    underWay++;
    try {
      const result = await answerTo(request, response, tasks);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result ?? null));
    } catch (error) {
      fault(response, error);
    } finally {
      underWay--;
    }
  });
}

async function answerTo(request: IncomingMessage, response: ServerResponse, tasks: Tasks): Promise<unknown> {
  const left = new AbortController();
  response.once("close", () => left.abort());
  const { buffer } = await readBoundedBytes(request, maxBodyBytes).catch(tooLarge);
  const task = decodeTaskRequest(buffer);
  return await doFor({ caller: task.caller, signal: left.signal }, () => tasks.run(task));
}

function tooLarge(error: unknown): never {
  if (!(error instanceof BodyTooLarge)) throw error;
  throw new SelvedgeError(
    "INPUT_INVALID",
    `Cannot do a task: its inputs have more than ${maxBodyBytes} bytes`,
  );
}

function fault(response: ServerResponse, error: unknown): void {
  const known = isSelvedgeError(error);
  if (!known) console.error(error);
  const body: EngineFault = known
    ? { code: error.code, message: error.message }
    : { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
  response.writeHead(known && error.retryable ? 503 : known ? 400 : 500).end(JSON.stringify(body));
}
