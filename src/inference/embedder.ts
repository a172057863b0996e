import { BoundedQueue, QueueFull } from "../kit/bounded-queue.ts";
import { type EmbedReply, type EmbedRequest, SelvedgeError } from "../contract/index.ts";
import type { LoadedModel, ModelLoader } from "./model-loader.ts";
import type { EmbedJob } from "./onnx-messages.ts";
import type { OnnxThread } from "./onnx-thread.ts";

/** Texts that may wait for a thread, over all requests; one more is refused with `ENGINE_BUSY`. */
const maxWaitingTexts = 1_000;

interface WaitingText {
  readonly job: EmbedJob;
  readonly signal: AbortSignal;
  readonly resolve: (row: Float32Array<ArrayBuffer>) => void;
  readonly reject: (reason: unknown) => void;
}

/** Embeds texts: the entry of the embedding path inside the engine. */
export class Embedder {
  readonly #queue = new BoundedQueue<WaitingText>(maxWaitingTexts);

  constructor(private readonly loader: ModelLoader, private readonly threads: readonly OnnxThread[]) {
    for (const thread of threads) void this.#work(thread);
  }

  /**
   * Embeds `texts` in order. A request has at most two texts a thread in the queue: enough that a thread
   * always finds the next one, and few enough that a long list does not hold up the requests of others.
   *
   * @throws {SelvedgeError} `MODEL_UNKNOWN`, `MODEL_MISSING`, `ENGINE_BUSY`; `CANCELLED` when `signal` aborts
   */
  async embed(request: EmbedRequest, signal: AbortSignal): Promise<EmbedReply> {
    const model = await this.loader.load(request.model);
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const rows = new Array<Float32Array>(request.inputs.length);
    const texts = request.inputs.entries();
    const lane = async () => {
      for (const [index, text] of texts) {
        rows[index] = await this.#enqueue(job(model, String(text), request), either);
      }
    };
    try {
      await Promise.all(Array.from({ length: 2 * this.threads.length }, lane));
    } catch (error) {
      failed.abort();
      throw error;
    }
    return {
      digest: model.digest,
      output: "float",
      rows: rows.map((_, input) => ({ input, tokens: 0, truncated: false })),
      cachedRows: 0,
      timing: { tokenizeMs: 0, queueMs: 0, runMs: 0, poolMs: 0 },
      values: rows,
    };
  }

  #enqueue(job: EmbedJob, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      try {
        this.#queue.push({ job, signal, resolve, reject });
      } catch (error) {
        if (!(error instanceof QueueFull)) throw error;
        reject(
          new SelvedgeError("ENGINE_BUSY", `Cannot embed now: ${error.limit} texts are waiting; try again`),
        );
      }
    });
  }

  /** The loop of one thread. A text whose caller has gone is dropped before it costs anything. */
  async #work(thread: OnnxThread): Promise<never> {
    while (true) {
      const text = await this.#queue.take();
      if (text.signal.aborted) text.reject(cancelled());
      else await thread.embed(text.job).then(text.resolve, text.reject);
    }
  }
}

function job(
  { entry, tokenizer }: LoadedModel,
  text: string,
  { meanPool, normalize }: EmbedRequest,
): EmbedJob {
  const pooling = meanPool ? entry.pooling : "none";
  return { model: entry.name, ids: tokenizer.encode(text), pooling, normalize };
}

function cancelled(): SelvedgeError {
  return new SelvedgeError("CANCELLED", "The caller has gone");
}
