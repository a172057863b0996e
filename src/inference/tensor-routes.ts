import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import {
  callerHeader,
  decodeTensors,
  encodeTensors,
  type GraphSource,
  outputsHeader,
  SelvedgeError,
  sessionsPath,
} from "../contract/index.ts";
import { BodyTooLarge, readBounded, readBoundedBytes } from "../kit/bounded-body.ts";
import type { Answer, EngineRoute } from "./answer.ts";
import type { GraphSessions } from "./graph-sessions.ts";

const maxSourceBytes = 16 * 1024;
/** A batch of a hundred images takes 60 MB; what is larger would hold up all others. */
const maxFeedBytes = 256 * 1024 * 1024;

const graphSource = v.union([
  v.strictObject({ url: v.pipe(v.string(), v.url(), v.regex(/^https?:/)) }),
  v.strictObject({ model: v.string(), path: v.string() }),
]);
const runPattern = new RegExp(`^${sessionsPath}/([0-9a-f]{64})/run$`);

/** Answers requests to open and to run graphs; undefined for other paths. */
export function tensorRoute(sessions: GraphSessions): EngineRoute {
  return (request, path, signal) => {
    if (path === sessionsPath) return open(sessions, request).catch(tooLarge);
    const [, id] = runPattern.exec(path) ?? [];
    return id === undefined ? undefined : run(sessions, id, request, signal).catch(tooLarge);
  };
}

async function open(sessions: GraphSessions, request: IncomingMessage): Promise<Answer> {
  const isSource = request.headers["content-type"] === "application/json";
  const session = await sessions.open(isSource ? await sourceOf(request) : request);
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(session) };
}

async function run(
  sessions: GraphSessions,
  id: string,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Answer> {
  const { buffer } = await readBoundedBytes(request, maxFeedBytes);
  const caller = String(request.headers[callerHeader] ?? "unknown");
  const named = request.headers[outputsHeader];
  const outputs = typeof named === "string" ? named.split(",").map(decodeURIComponent) : undefined;
  const options = { caller, signal, ...(outputs && { outputs }) };
  return { status: 200, body: encodeTensors(await sessions.run(id, decodeTensors(buffer), options)) };
}

async function sourceOf(request: IncomingMessage): Promise<GraphSource> {
  const text = await readBounded(request, maxSourceBytes);
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), graphSource), text);
  if (result.success) return result.output;
  throw new SelvedgeError("INPUT_INVALID", "Cannot open a graph: give {url}, or {model, path}");
}

function tooLarge(error: unknown): never {
  if (!(error instanceof BodyTooLarge)) throw error;
  throw new SelvedgeError("INPUT_INVALID", `Cannot take so much: ${error.message}`, { cause: error });
}
