import type { IncomingMessage, ServerResponse } from "node:http";
import type { FunctionRequest, Functions, ResponseHead } from "../../functions/index.ts";
import type { Keys } from "../../settings/index.ts";
import { rewriteAuthorization, verifyToken } from "../auth.ts";
import { withCors } from "../cors.ts";

/** The path below which functions answer. */
export const functionsPrefix = "/functions/v1";

/** Headers that concern one connection and are not passed on (RFC 9110, 7.6.1), and what is answered here. */
const hopByHop = new Set([
  ...[
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
  ],
]);
/** Headers that are set anew for the function. */
const replaced = new Set([
  "host",
  "authorization",
  ...["for", "host", "port", "proto", "prefix"].map((x) => `x-forwarded-${x}`),
]);

/** Answers `/functions/v1/<name>/…` with the function, which sees the path as `/<name>/…`. */
export async function answerWithFunction(
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  functions: Functions,
  keys: Keys,
): Promise<void> {
  const definition = await functions.find(nameIn(url));
  const authorization = rewriteAuthorization(request.headers, keys);
  if (definition.verifyJwt && request.method !== "OPTIONS") await verifyToken(authorization, keys);
  await functions.dispatch(definition, forward(request, url, response, authorization), (head) => {
    response.writeHead(head.status, withCors(endToEnd(head)));
    // The client is to see that the answer has begun, however late its first byte comes.
    response.flushHeaders();
    return response;
  });
}

function nameIn({ pathname }: URL): string {
  return pathname.slice(functionsPrefix.length + 1).split("/", 1)[0]!;
}

function forward(
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
  authorization: string | undefined,
): FunctionRequest {
  const { headers, method = "GET", socket } = request;
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  if (response.destroyed) gone.abort();
  const client = [headers["x-forwarded-for"], socket.remoteAddress].filter(Boolean).join(", ");
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  return {
    method,
    url: `http://${url.host}${url.pathname.slice(functionsPrefix.length)}${url.search}`,
    headers: [
      ...passedOn(request.rawHeaders),
      ...["host", url.host],
      ...(authorization === undefined ? [] : ["authorization", authorization]),
      ...["x-forwarded-for", client, "x-forwarded-host", url.hostname, "x-forwarded-port", url.port || "80"],
      ...["x-forwarded-proto", "http", "x-forwarded-prefix", functionsPrefix],
    ],
    body: hasBody ? request : null,
    signal: gone.signal,
  };
}

function passedOn(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    if (!hopByHop.has(name) && !replaced.has(name)) kept.push(name, rawHeaders[index + 1]!);
  }
  return kept;
}

function endToEnd({ headers }: ResponseHead): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}
