import type { Readable, Writable } from "node:stream";
import { type Dispatcher, Pool } from "undici";

/** A request as the gateway hands it on: what the function is to see. */
export interface FunctionRequest {
  readonly method: string;
  /** The whole address that the function sees. */
  readonly url: string;
  /** Names and values in turn, so that a name may come more than once. */
  readonly headers: readonly string[];
  readonly body: Readable | null;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/** The beginning of a function's response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Takes the beginning of a response, and says where its body goes. */
export type Respond = (head: ResponseHead) => Writable;

/**
 * The HTTP client of one function's socket. Bodies are streamed both ways with backpressure, and nothing is
 * added to what is sent. undici, because `fetch` by way of a unix socket has at most some 25 requests under way.
 */
export class ProcessClient {
  readonly #pool: Pool;

  constructor(socket: string) {
    // The limits on time are the runtime's, not the client's.
    this.#pool = new Pool("http://function", { socketPath: socket, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** Resolves when the whole response has been passed on. Rejects when the process ends or `signal` aborts. */
  async exchange({ method, url, headers, body, signal }: FunctionRequest, respond: Respond): Promise<void> {
    // The whole address, as to a proxy: Deno would make one of scheme http+unix from a path.
    const options = {
      method: method as Dispatcher.HttpMethod,
      path: url,
      headers: [...headers],
      body,
      signal,
    };
    await this.#pool.stream(
      options,
      ({ statusCode, headers }) =>
        respond({ status: statusCode, headers: headers as ResponseHead["headers"] }),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
