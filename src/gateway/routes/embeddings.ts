import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type EmbedReply, isSelvedgeError, SelvedgeError } from "../../contract/index.ts";
import type { EngineClient } from "../../inference/index.ts";
import { BodyTooLarge, readBounded } from "../../kit/bounded-body.ts";
import { type ByteAccount, type ByteBudget, ByteBudgetSpent } from "../../kit/byte-budget.ts";
import type { Keys } from "../../settings/index.ts";
import type { Telemetry } from "../../telemetry/index.ts";
import { identifyCaller } from "../auth.ts";
import { withCors } from "../cors.ts";
import { traceEmbedding } from "../embedding-trace.ts";
import { refusalOf } from "../error-replies.ts";
import { type EmbeddingsDialect, fieldAtFault, tokensOf } from "./embeddings-dialect.ts";
import { ollamaEmbed, ollamaEmbeddings } from "./ollama-embeddings.ts";
import { openAiEmbeddings } from "./openai-embeddings.ts";

/** The engine's own limit, refused here before it is read. */
const maxBodyBytes = 32 * 1024 * 1024;
/** How long a client that was refused may go on sending, so that it comes to read why. */
const lingerMs = 2_000;

const told = {
  digest: "selvedge-model-digest",
  tokens: "selvedge-tokens",
  cachedRows: "selvedge-cached-rows",
  errorCode: "selvedge-error-code",
};
/** What a page of another origin may read of an answer's headers. */
const exposed = ["server-timing", "retry-after", ...Object.values(told)].join(", ");

/** The paths that answer with embeddings, and the API that each speaks. */
export const embeddingsDialects: ReadonlyMap<string, EmbeddingsDialect> = new Map([
  ["/v1/embeddings", openAiEmbeddings],
  ["/api/embed", ollamaEmbed],
  ["/api/embeddings", ollamaEmbeddings],
]);

/** What {@linkcode answerWithEmbeddings} needs. */
export interface EmbeddingsRoute {
  readonly engine: EngineClient;
  /** What the bodies of requests under way may take together. */
  readonly bodies: ByteBudget;
  readonly keys: Keys;
  readonly telemetry: Telemetry;
}

/** Answers a request in its dialect: who asks, what for, the engine's reply, and every failure. */
export async function answerWithEmbeddings(
  request: IncomingMessage,
  response: ServerResponse,
  dialect: EmbeddingsDialect,
  { engine, bodies, keys, telemetry }: EmbeddingsRoute,
): Promise<void> {
  const startedAt = performance.now();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  using account = bodies.open();
  try {
    requirePost(request, response);
    const caller = await identifyCaller(request.headers, keys);
    const question = dialect.read(await readJson(request, account));
    // Gigabytes are fetched for the project's own server side, and not for whoever has the public key.
    const mayBringModel = caller === "service_role";
    const order = { ...question.request, caller, tenant: caller, mayBringModel };
    const reply = await engine.embed(order, gone.signal);
    const elapsedMs = performance.now() - startedAt;
    traceEmbedding(question.request.model, caller, elapsedMs, reply);
    const pieces = question.answer(reply, elapsedMs);
    await send(response, 200, headersOf(reply), pieces, gone.signal);
  } catch (error) {
    const refusal = refusalOf(error, telemetry);
    const field = isSelvedgeError(error) ? fieldAtFault(error.cause) : undefined;
    const headers = { ...refusal.headers, [told.errorCode]: refusal.code };
    await send(
      response,
      refusal.status,
      headers,
      [JSON.stringify(dialect.refuse(refusal, field))],
      gone.signal,
    );
    linger(request);
  }
}

function requirePost({ method, url }: IncomingMessage, response: ServerResponse): void {
  if (method === "POST") return;
  response.setHeader("allow", "POST");
  throw new SelvedgeError("METHOD_NOT_ALLOWED", `Cannot ${method} ${url}: use POST`);
}

async function readJson(request: IncomingMessage, account: ByteAccount): Promise<unknown> {
  try {
    if (Number(request.headers["content-length"]) > maxBodyBytes) throw new BodyTooLarge(maxBodyBytes);
    // A request that is destroyed takes its connection along, and the refusal with it.
    const chunks = request.iterator({ destroyOnReturn: false });
    return JSON.parse(await readBounded(account.charge(chunks), maxBodyBytes));
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): SelvedgeError {
  if (cause instanceof BodyTooLarge) return new SelvedgeError("BODY_TOO_LARGE", cause.message, { cause });
  if (cause instanceof ByteBudgetSpent) {
    const message = "Cannot read the request: too many large ones are under way; try again";
    return new SelvedgeError("ENGINE_BUSY", message, { cause });
  }
  if (cause instanceof SyntaxError) {
    return new SelvedgeError("INPUT_INVALID", "Cannot read the request: its body is not JSON", { cause });
  }
  return new SelvedgeError("CANCELLED", "The caller has gone", { cause });
}

function headersOf(reply: EmbedReply): Record<string, string> {
  const { tokenizeMs, queueMs, runMs, poolMs } = reply.timing;
  const durations = { tokenize: tokenizeMs, queue: queueMs, run: runMs, pool: poolMs };
  return {
    "server-timing": Object.entries(durations).map(([name, ms]) => `${name};dur=${ms.toFixed(3)}`).join(", "),
    [told.digest]: reply.digest,
    [told.tokens]: String(tokensOf(reply)),
    [told.cachedRows]: String(reply.cachedRows),
  };
}

async function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  pieces: Iterable<string>,
  gone: AbortSignal,
): Promise<void> {
  const allowed = withCors({ "access-control-expose-headers": exposed, ...headers });
  response.writeHead(status, { "content-type": "application/json", ...allowed });
  for (const piece of pieces) {
    if (gone.aborted) return;
    if (!response.write(piece)) await once(response, "drain", { signal: gone }).catch(() => "it has gone");
  }
  response.end();
}

/** Reads on for a while what nobody wants: a connection closed at once would take the refusal back. */
function linger(request: IncomingMessage): void {
  if (request.complete) return;
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), lingerMs);
  request.once("close", () => clearTimeout(timer));
}
