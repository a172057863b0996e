import {
  decodeEmbedReply,
  embedPath,
  type EmbedReply,
  type EmbedRequest,
  encodeTaskRequest,
  loadPath,
  pipelinePath,
  type TaskRequest,
} from "../contract/index.ts";
import { EngineConnection } from "../onnx/index.ts";

/** Speaks the engine's private protocol over its unix socket. Aborting a call's signal cancels its work. */
export class EngineClient {
  /** What else is to be said to the engine goes this way. */
  readonly connection: EngineConnection;
  readonly #loads = new Map<string, Promise<void>>();

  constructor(socket: string) {
    this.connection = new EngineConnection(socket);
  }

  /**
   * One row a text, in the order of the texts.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_UNAVAILABLE` when it is not there: try again
   */
  async embed(request: EmbedRequest, signal?: AbortSignal): Promise<EmbedReply> {
    return decodeEmbedReply(await this.connection.post(embedPath, JSON.stringify(request), { signal }));
  }

  /**
   * Has a task done; resolves with what it gives.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_UNAVAILABLE` when it is not there: try again
   */
  async runTask(request: TaskRequest, signal?: AbortSignal): Promise<unknown> {
    const bytes = await this.connection.post(pipelinePath, encodeTaskRequest(request), { signal });
    return JSON.parse(new TextDecoder().decode(bytes));
  }

  /** Has the engine load `model`, once a process unless it failed. */
  load(model: string): Promise<void> {
    const known = this.#loads.get(model);
    if (known !== undefined) return known;
    const load = this.connection.post(loadPath, JSON.stringify({ model })).then(() => {});
    this.#loads.set(model, load);
    load.catch(() => this.#loads.delete(model));
    return load;
  }
}
