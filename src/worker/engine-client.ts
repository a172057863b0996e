import {
  decodeEmbedReply,
  embedPath,
  type EmbedReply,
  type EmbedRequest,
  type EngineFault,
  isErrorCode,
  loadPath,
  SelvedgeError,
} from "../contract/index.ts";

// Taken before user code runs, which may replace them.
const { fetch, setTimeout } = globalThis;

/**
 * The engine's host starts it again within a second or two when it ended. Asking again is safe, since nothing is
 * changed by embedding; not for ever, since the request itself may be what ends the engine.
 */
const retryAfterMs = [250, 750, 1_500, 3_000];

/** Speaks the engine's private protocol over its unix socket. Aborting a call's signal cancels its work. */
export class EngineClient {
  #http: Deno.HttpClient | undefined;
  readonly #loads = new Map<string, Promise<void>>();

  constructor(private readonly socket: string) {}

  /**
   * One row a text, in the order of the texts.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_UNAVAILABLE` when it is not there: try again
   */
  async embed(request: EmbedRequest, signal?: AbortSignal): Promise<EmbedReply> {
    return decodeEmbedReply(await this.#post(embedPath, request, signal));
  }

  /** Has the engine load `model`, once a process unless it failed. */
  load(model: string): Promise<void> {
    const known = this.#loads.get(model);
    if (known !== undefined) return known;
    const load = this.#post(loadPath, { model }).then(() => {});
    this.#loads.set(model, load);
    load.catch(() => this.#loads.delete(model));
    return load;
  }

  async #post(path: string, body: unknown, signal?: AbortSignal): Promise<ArrayBuffer> {
    // Made at first use: it costs milliseconds that a function without AI need not pay at its start.
    this.#http ??= Deno.createHttpClient({ proxy: { transport: "unix", path: this.socket } });
    const init = { method: "POST", body: JSON.stringify(body), client: this.#http, signal: signal ?? null };
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
  return await attempt().catch(unavailable(signal));
}

function fault(bytes: ArrayBuffer): SelvedgeError {
  const { code, message, retryAfterSeconds }: EngineFault = JSON.parse(new TextDecoder().decode(bytes));
  return new SelvedgeError(isErrorCode(code) ? code : "INTERNAL", message, { retryAfterSeconds });
}

function unavailable(signal?: AbortSignal): (cause: unknown) => never {
  return (cause) => {
    signal?.throwIfAborted();
    const message =
      "The inference engine does not answer; it starts again by itself, so try again in a moment";
    throw new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause });
  };
}
