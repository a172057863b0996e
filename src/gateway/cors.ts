import type { IncomingMessage } from "node:http";

const methods = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";

/** Whether a browser asks, before its request proper, whether it may make it. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === "OPTIONS" && headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined;
}

/**
 * The answer to a preflight as Supabase's gateway gives it: any origin, and the headers that were asked for.
 * Nobody is asked for a token, nor the function for its opinion.
 */
export function preflightHeaders({ headers }: IncomingMessage): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods,
    "access-control-allow-headers": headers["access-control-request-headers"] ?? "",
    "content-length": "0",
  };
}

/** Allows any origin to read a response. A function that sets its own allowed origin keeps it. */
export function withCors<Value>(headers: Record<string, Value>): Record<string, Value | string> {
  return { "access-control-allow-origin": "*", ...headers };
}
