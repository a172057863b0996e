import {
  decodeEmbedReply,
  embedPath,
  type EmbedReply,
  type EmbedRequest,
  isErrorCode,
  loadPath,
  SelvedgeError,
} from "../contract/index.ts";

// Taken before user code runs, which may replace it.
const { fetch } = globalThis;

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
    const response = await this.#post(embedPath, request, signal);
    return decodeEmbedReply(await response.arrayBuffer().catch(unavailable(signal)));
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

  async #post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    // Made at first use: it costs milliseconds that a function without AI need not pay at its start.
    this.#http ??= Deno.createHttpClient({ proxy: { transport: "unix", path: this.socket } });
    const init = { method: "POST", body: JSON.stringify(body), client: this.#http, signal: signal ?? null };
    const response = await fetch(`http://engine${path}`, init).catch(unavailable(signal));
    if (!response.ok) throw await fault(response).catch(unavailable(signal));
    return response;
  }
}

async function fault(response: Response): Promise<SelvedgeError> {
  const { code, message } = await response.json();
  return new SelvedgeError(isErrorCode(code) ? code : "INTERNAL", message);
}

function unavailable(signal?: AbortSignal): (cause: unknown) => never {
  return (cause) => {
    signal?.throwIfAborted();
    const message =
      "The inference engine does not answer; it starts again by itself, so try again in a moment";
    throw new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause });
  };
}
