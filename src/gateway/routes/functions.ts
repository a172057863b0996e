import type { Functions } from "../../functions/index.ts";
import type { Keys } from "../../settings/index.ts";
import { rewriteAuthorization, verifyToken } from "../auth.ts";

const prefix = "/functions/v1";
/** Headers that concern one connection and are not passed on (RFC 9110, 7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Answers `/functions/v1/<name>/…` with the function, which sees the path as `/<name>/…`. */
export async function answerWithFunction(
  request: Request,
  name: string,
  clientAddress: string,
  functions: Functions,
  keys: Keys,
): Promise<Response> {
  const definition = await functions.find(name);
  const authorization = rewriteAuthorization(request.headers, keys);
  if (definition.verifyJwt && request.method !== "OPTIONS") await verifyToken(authorization, keys);
  const forwarded = forward(request, clientAddress, authorization);
  const response = await functions.dispatch(definition, forwarded);
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers: endToEnd(response.headers),
  });
}

function forward(request: Request, clientAddress: string, authorization: string | null): Request {
  const url = new URL(request.url);
  url.pathname = url.pathname.slice(prefix.length);
  const headers = endToEnd(request.headers);
  if (authorization !== null) headers.set("authorization", authorization);
  // The gateway compresses for the client; between processes of one machine it would only cost time.
  headers.set("accept-encoding", "identity");
  headers.append("x-forwarded-for", clientAddress);
  headers.set("x-forwarded-host", url.hostname);
  headers.set("x-forwarded-port", url.port || "80");
  headers.set("x-forwarded-proto", "http");
  headers.set("x-forwarded-prefix", prefix);
  return new Request(url, { method: request.method, headers, body: request.body, signal: request.signal });
}

function endToEnd(headers: Headers): Headers {
  const kept = new Headers(headers);
  for (const name of hopByHop) kept.delete(name);
  return kept;
}
