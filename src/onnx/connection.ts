import { isErrorCode, SelvedgeError } from "../contract/index.ts";

// Taken before user code runs, which may replace it.
const { fetch } = globalThis;

/** What goes with a request to the engine, all of it optional. */
export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Cancels the work. */
  readonly signal?: AbortSignal | undefined;
}

/** HTTP over the engine's unix socket. Holds nothing open until it is first used. */
export class EngineConnection {
  #http: Deno.HttpClient | undefined;

  constructor(private readonly socket: string) {}

  /**
   * Posts `body` and resolves with a successful response.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_UNAVAILABLE` when it is not there: try again
   */
  async post(path: string, body: BodyInit, { headers = {}, signal }: PostOptions = {}): Promise<Response> {
    // Made at first use: it costs milliseconds that a function without AI need not pay at its start.
    this.#http ??= Deno.createHttpClient({ proxy: { transport: "unix", path: this.socket } });
    const init = { method: "POST", body, headers, client: this.#http, signal: signal ?? null };
    const response = await fetch(`http://engine${path}`, init).catch(unavailable(signal));
    if (!response.ok) throw await fault(response).catch(unavailable(signal));
    return response;
  }
}

/** Throws what a failed exchange with the engine means to the caller: its own abort, or `ENGINE_UNAVAILABLE`. */
export function unavailable(signal?: AbortSignal): (cause: unknown) => never {
  return (cause) => {
    signal?.throwIfAborted();
    const message =
      "The inference engine does not answer; it starts again by itself, so try again in a moment";
    throw new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause });
  };
}

async function fault(response: Response): Promise<SelvedgeError> {
  const { code, message } = await response.json();
  return new SelvedgeError(isErrorCode(code) ? code : "INTERNAL", message);
}
