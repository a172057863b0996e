import type { Buffer } from "node:buffer";
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

/** The beginning of a function's response. Header values hold one byte a character, as HTTP has them. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string[]>>;
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
    let rawHeaders: readonly Buffer[] = [];
    const client = this.#pool.compose((dispatch) => (options, handler) =>
      dispatch(options, tapHeaders(handler, (raw) => rawHeaders = raw))
    );
    // The whole address, as to a proxy: Deno would make one of scheme http+unix from a path.
    const options = {
      method: method as Dispatcher.HttpMethod,
      path: url,
      headers: [...headers],
      body,
      signal,
    };
    await client.stream(
      options,
      ({ statusCode }) => respond({ status: statusCode, headers: latin1Headers(rawHeaders) }),
    );
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Has `show` see a response's headers as they came: undici reads them as UTF-8, which not all of them are. */
function tapHeaders(
  handler: Dispatcher.DispatchHandlers,
  show: (rawHeaders: readonly Buffer[]) => void,
): Dispatcher.DispatchHandlers {
  const onHeaders = handler.onHeaders!.bind(handler);
  handler.onHeaders = (status, rawHeaders, resume, statusText) => {
    // The types say text as well; undici's HTTP/1 client gives bytes.
    show(rawHeaders as Buffer[]);
    return onHeaders(status, rawHeaders, resume, statusText);
  };
  return handler;
}

function latin1Headers(raw: readonly Buffer[]): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index < raw.length; index += 2) {
    (headers[raw[index]!.toString("latin1").toLowerCase()] ??= []).push(raw[index + 1]!.toString("latin1"));
  }
  return headers;
}
