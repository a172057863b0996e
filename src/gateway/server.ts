import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { SelvedgeError } from "../contract/index.ts";
import type { Functions } from "../functions/index.ts";
import type { EngineClient } from "../inference/index.ts";
import { ByteBudget } from "../kit/byte-budget.ts";
import type { Keys } from "../settings/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { requireServiceRole } from "./auth.ts";
import { isPreflight, preflightHeaders, withCors } from "./cors.ts";
import { refusalOf } from "./error-replies.ts";
import { answerWithEmbeddings, embeddingsDialects, type EmbeddingsRoute } from "./routes/embeddings.ts";
import { answerWithFunction, functionsPrefix } from "./routes/functions.ts";
import { supabaseError } from "./supabase-errors.ts";

const drainMs = 5_000;
/** Longer than clients and load balancers keep idle connections, so that they are not cut while in use. */
const keepAliveMs = 75_000;

/** Bodies that the host itself reads, of all requests under way: they are in memory until they are answered. */
const maxHeldBodyBytes = 256 * 1024 * 1024;

/** A client that has not sent its headers by then is cut. */
const headersMs = 60_000;

/** What the gateway is opened with. */
export interface GatewayOptions {
  readonly hostname: string;
  readonly port: number;
  readonly keys: Keys;
  readonly functions: Functions;
  readonly engine: EngineClient;
  readonly telemetry: Telemetry;
  /** Told by the health route, so that nobody takes another project's Selvedge for this one. */
  readonly instanceId: string;
}

/** The header of a health response that carries the instance's id. */
export const instanceIdHeader = "selvedge-instance";

/** The project's HTTP server. Closing lets requests in flight end, for 5 s; closing twice does no harm. */
export interface Gateway {
  close(): Promise<void>;
}

/**
 * Opens the gateway on Node's server: `Deno.serve` stops reading a request's body once the response has begun,
 * and does not notice a client that leaves before the answer.
 *
 * @throws {SelvedgeError} `PORT_TAKEN`
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const context = { ...options, bodies: new ByteBudget(maxHeldBodyBytes) };
  const server = createServer(
    { keepAliveTimeout: keepAliveMs, headersTimeout: headersMs, requestTimeout: 0 },
    async (request, response) => {
      try {
        await route(request, response, context);
      } catch (error) {
        fail(response, error, options.telemetry);
      }
    },
  );
  await listen(server, options);
  return { close: () => close(server) };
}

/** Fails early where {@linkcode openGateway} would fail late. @throws {SelvedgeError} `PORT_TAKEN` */
export function requireFreePort(hostname: string, port: number): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    throw error instanceof Deno.errors.AddrInUse ? portTaken(port, error) : error;
  }
}

/** The route table. */
async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions & EmbeddingsRoute,
): Promise<void> {
  const url = addressOf(request);
  const path = url?.pathname;
  if (url === undefined) return send(response, 400, { message: "Bad request" });
  if (isPreflight(request)) return void response.writeHead(200, preflightHeaders(request)).end();
  if (path === "/_internal/health" || path === `${functionsPrefix}/_internal/health`) {
    return send(response, 200, { message: "ok" }, { [instanceIdHeader]: options.instanceId });
  }
  if (path === "/metrics") {
    await requireServiceRole(request.headers, options.keys);
    const type = "text/plain; version=0.0.4; charset=utf-8";
    return send(response, 200, await options.engine.metrics(), { "content-type": type });
  }
  const dialect = embeddingsDialects.get(url.pathname);
  if (dialect !== undefined) return await answerWithEmbeddings(request, response, dialect, options);
  if (url.pathname.startsWith(`${functionsPrefix}/`)) {
    return await answerWithFunction(request, url, response, options.functions, options.keys);
  }
  send(response, 404, { message: "no Route matched with those values" });
}

function addressOf({ url = "/", headers: { host = "localhost" } }: IncomingMessage): URL | undefined {
  return URL.parse(url, `http://${host}`) ?? undefined;
}

function fail(response: ServerResponse, error: unknown, telemetry: Telemetry): void {
  const refusal = refusalOf(error, telemetry);
  const { headers, body } = supabaseError(refusal);
  // A response that has begun cannot become another one: cutting it tells the client.
  if (response.headersSent) response.destroy();
  else send(response, refusal.status, body, headers);
}

function send(
  response: ServerResponse,
  status: number,
  body: string | object,
  headers: Record<string, string> = {},
): void {
  const isText = typeof body === "string";
  const type = isText ? "text/plain;charset=UTF-8" : "application/json";
  response.writeHead(status, withCors({ "content-type": type, ...headers })).end(
    isText ? body : JSON.stringify(body),
  );
}

async function listen(server: Server, { hostname, port }: GatewayOptions): Promise<void> {
  server.listen(port, hostname);
  try {
    await once(server, "listening");
  } catch (error) {
    throw (error as { code?: string }).code === "EADDRINUSE" ? portTaken(port, error) : error;
  }
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  await Promise.race([closed, delay(drainMs)]);
  server.closeAllConnections();
}

function portTaken(port: number, cause: unknown): SelvedgeError {
  const message =
    `Cannot listen on port ${port}: another program does. End it, or choose another with --port N`;
  return new SelvedgeError("PORT_TAKEN", message, { cause });
}
