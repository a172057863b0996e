import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server } from "node:http";
import * as v from "valibot";
import {
  embedPath,
  type EmbedRequest,
  encodeEmbedReply,
  type EngineFault,
  isSelvedgeError,
  loadPath,
  maxInputs,
  metricsPath,
  modelFolderPath,
  SelvedgeError,
} from "../contract/index.ts";
import { folderOfModel } from "../models/index.ts";
import { BodyTooLarge, readBounded } from "../kit/bounded-body.ts";
import type { Answer, EngineRoute } from "./answer.ts";
import type { Embedder } from "./embedder.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import type { ModelRegistry } from "./model-registry.ts";

const maxBodyBytes = 32 * 1024 * 1024;

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const embedRequest = v.object({
  model: v.string(),
  inputs: v.pipe(
    v.array(v.union([v.string(), v.array(v.pipe(v.number(), v.integer(), v.minValue(0)))])),
    v.maxLength(maxInputs),
  ),
  meanPool: v.boolean(),
  normalize: v.boolean(),
  inputType: v.optional(v.picklist(["query", "passage"])),
  dimensions: v.optional(count),
  output: v.optional(v.picklist(["float", "int8", "binary"])),
  truncate: v.optional(v.boolean()),
  chunk: v.optional(v.object({ tokens: count, overlap: v.pipe(v.number(), v.integer(), v.minValue(0)) })),
  priority: v.optional(v.picklist(["interactive", "bulk"])),
  mayBringModel: v.optional(v.boolean()),
  caller: v.string(),
  tenant: v.string(),
});
const loadRequest = v.object({ model: v.string() });

/** What the server answers with. */
export interface ServerParts {
  readonly embedder: Embedder;
  readonly models: ModelRegistry;
  readonly metrics: EngineMetrics;
  /** What other paths answer, in the order they are tried. */
  readonly routes: readonly EngineRoute[];
}

/**
 * The server of the engine's private protocol: HTTP on a unix socket; a caller that leaves cancels its work.
 * Node's server and not `Deno.serve`, which notices a leaving caller only after the answer when the request's
 * body came in more than one read.
 */
export function engineServer(parts: ServerParts): Server {
  return createServer(async (request, response) => {
    const left = new AbortController();
    response.once("close", () => left.abort());
    const { status, headers, body = "" } = await answerTo(request, parts, left.signal).catch(fault);
    // With its length said, a reply is read twice as fast as one in chunks.
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
  });
}

async function answerTo(
  request: IncomingMessage,
  { embedder, models, metrics, routes }: ServerParts,
  signal: AbortSignal,
): Promise<Answer> {
  // The caller reaches the socket as one reaches a proxy, with the whole address.
  const path = new URL(request.url!, "http://engine").pathname;
  switch (path) {
    case embedPath:
      return await embed(embedder, await parse(request, embedRequest), signal);
    case loadPath:
      await models.get((await parse(request, loadRequest)).model);
      return { status: 204 };
    case modelFolderPath: {
      const folder = await folderOfModel((await parse(request, loadRequest)).model);
      return { status: 200, body: JSON.stringify({ folder }) };
    }
    case metricsPath:
      return { status: 200, body: await metrics.text() };
  }
  for (const route of routes) {
    const answer = route(request, path, signal);
    if (answer !== undefined) return await answer;
  }
  return { status: 404 };
}

async function embed(embedder: Embedder, request: EmbedRequest, signal: AbortSignal): Promise<Answer> {
  return { status: 200, body: encodeEmbedReply(await embedder.embed(request, signal)) };
}

async function parse<Schema extends v.GenericSchema>(
  request: IncomingMessage,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  try {
    return v.parse(schema, JSON.parse(await readBounded(request, maxBodyBytes)));
  } catch (error) {
    if (error instanceof v.ValiError || error instanceof SyntaxError || error instanceof BodyTooLarge) {
      const limit = `at most ${maxInputs} inputs and ${maxBodyBytes} bytes a request`;
      throw new SelvedgeError("INPUT_INVALID", `Cannot embed: ${error.message} (${limit})`, { cause: error });
    }
    throw error;
  }
}

function fault(error: unknown): Answer {
  const known = isSelvedgeError(error);
  if (!known) console.error(error);
  const body: EngineFault = known
    ? {
      code: error.code,
      message: error.message,
      ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
    }
    : { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
  return { status: known && error.retryable ? 503 : known ? 400 : 500, body: JSON.stringify(body) };
}
