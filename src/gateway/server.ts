import { setTimeout as delay } from "node:timers/promises";
import { type Context, Hono } from "hono";
import { SelvedgeError } from "../contract/index.ts";
import type { Functions } from "../functions/index.ts";
import type { Keys } from "../settings/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { cors } from "./cors.ts";
import { errorResponse } from "./error-responses.ts";
import { answerWithFunction } from "./routes/functions.ts";

const drainMs = 5_000;

/** What the gateway is opened with. */
export interface GatewayOptions {
  readonly hostname: string;
  readonly port: number;
  readonly keys: Keys;
  readonly functions: Functions;
  readonly telemetry: Telemetry;
  /** Told by the health route, so that nobody takes another project's Selvedge for this one. */
  readonly instanceId: string;
}

/** The header of a health response that carries the instance's id. */
export const instanceIdHeader = "selvedge-instance";

interface Connection {
  readonly clientAddress: string;
}

/** The project's HTTP server. Closing lets requests in flight end, for 5 s; closing twice does no harm. */
export interface Gateway {
  close(): Promise<void>;
}

/** @throws {SelvedgeError} `PORT_TAKEN` */
export function openGateway(options: GatewayOptions): Gateway {
  const routes = routeTable(options);
  const { hostname, port } = options;
  try {
    const server = Deno.serve({ hostname, port, onListen: () => {} }, (request, { remoteAddr }) => {
      return routes.fetch(request, { clientAddress: remoteAddr.hostname });
    });
    return { close: () => Promise.race([server.shutdown(), delay(drainMs)]) };
  } catch (error) {
    throw error instanceof Deno.errors.AddrInUse ? portTaken(port, error) : error;
  }
}

/** Fails early where {@linkcode openGateway} would fail late. @throws {SelvedgeError} `PORT_TAKEN` */
export function requireFreePort(hostname: string, port: number): void {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    throw error instanceof Deno.errors.AddrInUse ? portTaken(port, error) : error;
  }
}

function routeTable(
  { keys, functions, telemetry, instanceId }: GatewayOptions,
): Hono<{ Bindings: Connection }> {
  const routes = new Hono<{ Bindings: Connection }>();
  const callFunction = (context: Context<{ Bindings: Connection }>) => {
    const name = context.req.param("name")!;
    return answerWithFunction(context.req.raw, name, context.env.clientAddress, functions, keys);
  };
  const health = (context: Context) =>
    context.json({ message: "ok" }, 200, { [instanceIdHeader]: instanceId });
  return routes
    .use(cors)
    .get("/_internal/health", health)
    .get("/functions/v1/_internal/health", health)
    .all("/functions/v1/:name", callFunction)
    .all("/functions/v1/:name/*", callFunction)
    .notFound((context) => context.json({ message: "no Route matched with those values" }, 404))
    .onError((error) => errorResponse(error, telemetry));
}

function portTaken(port: number, cause: unknown): SelvedgeError {
  const message =
    `Cannot listen on port ${port}: another program does. End it, or choose another with --port N`;
  return new SelvedgeError("PORT_TAKEN", message, { cause });
}
