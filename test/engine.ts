import { join } from "node:path";
import { isSelvedgeError } from "../src/contract/index.ts";
import { type EngineOptions, EngineProcess } from "../src/inference/index.ts";
import { EngineClient } from "../src/worker/engine-client.ts";
import { assertEquals } from "./assert.ts";
import { selvedgeCommand, temporaryFolder } from "./project.ts";

/** An engine, and a client of it, both gone at the end of the scope. */
export async function openEngine(settings: Partial<EngineOptions> = {}, model = "gte-small") {
  const pulled = await selvedgeCommand(["models", "pull", model]);
  assertEquals(pulled.code, 0, pulled.stderr);
  const folder = await temporaryFolder();
  const socket = join(folder.path, "engine");
  const log: string[] = [];
  const engine = await EngineProcess.start({
    socket,
    model,
    telemetry: { record: (name, fields) => void log.push(`${name} ${JSON.stringify(fields)}`) },
    signal: new AbortController().signal,
    ...settings,
  });
  return {
    engine,
    socket,
    /** All that it recorded. */
    log,
    client: new EngineClient(socket),
    async [Symbol.asyncDispose]() {
      await engine.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The code that `work` fails with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => "no error", (error) => error);
  return isSelvedgeError(error) ? error.code : String(error);
}
