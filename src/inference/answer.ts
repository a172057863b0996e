import type { IncomingMessage } from "node:http";

/** What the engine answers to a request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

/** Answers the requests of some paths; undefined for those of others. `signal` aborts when the caller leaves. */
export type EngineRoute = (
  request: IncomingMessage,
  path: string,
  signal: AbortSignal,
) => Promise<Answer> | undefined;
