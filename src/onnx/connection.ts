import { type EngineFault, isErrorCode, SelvedgeError } from "../contract/index.ts";

// Taken before user code runs, which may replace them.
const { fetch, setTimeout } = globalThis;

/**
 * The engine's host starts it again within a second or two when it ended. Asking again is safe, since nothing is
 * changed by what the engine does; not for ever, since the request itself may be what ends it.
 */
const retryAfterMs = [250, 750, 1_500, 3_000];

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
   * Posts `body` and resolves with the bytes of a successful response. Asks again while the engine is away.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_UNAVAILABLE` when it stays away: try again
   */
  async post(path: string, body: BodyInit, { headers = {}, signal }: PostOptions = {}): Promise<ArrayBuffer> {
    // Made at first use: it costs milliseconds that a function without AI need not pay at its start.
    this.#http ??= Deno.createHttpClient({ proxy: { transport: "unix", path: this.socket } });
    const init = { method: "POST", body, headers, client: this.#http, signal: signal ?? null };
    const { ok, bytes } = await persistently(() => exchange(`http://engine${path}`, init), signal);
    if (!ok) throw fault(bytes);
    return bytes;
  }
}

async function exchange(url: string, init: RequestInit): Promise<{ ok: boolean; bytes: ArrayBuffer }> {
  const response = await fetch(url, init);
  return { ok: response.ok, bytes: await response.arrayBuffer() };
}

async function persistently<Value>(attempt: () => Promise<Value>, signal?: AbortSignal): Promise<Value> {
  for (const waitMs of retryAfterMs) {
    try {
      return await attempt();
    } catch {
      // The last attempt says what it was.
      signal?.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
  return await attempt().catch((cause) => {
    signal?.throwIfAborted();
    const message =
      "The inference engine does not answer; it starts again by itself, so try again in a moment";
    throw new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause });
  });
}

function fault(bytes: ArrayBuffer): SelvedgeError {
  const { code, message, retryAfterSeconds }: EngineFault = JSON.parse(new TextDecoder().decode(bytes));
  return new SelvedgeError(isErrorCode(code) ? code : "INTERNAL", message, { retryAfterSeconds });
}
