import { type EmbedReply, type EmbedRequest, type Priority, SelvedgeError } from "../contract/index.ts";
import { TimeSlice } from "../kit/time-slice.ts";
import type { Admission } from "./admission.ts";
import type { BatchQueue } from "./batch-queue.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import { encodeRow, type PlannedRow, planRows } from "./input-plan.ts";
import type { GraphWork } from "./graph-work.ts";
import type { LoadedModel, ModelRegistry } from "./model-registry.ts";
import type { RowShape } from "./pooling.ts";
import { RequestRows, type RowAnswer } from "./request-rows.ts";
import { RowWork } from "./row-work.ts";
import { cacheKey, type VectorCache } from "./vector-cache.ts";

/** Requests of more inputs are bulk unless they say otherwise. */
const interactiveInputs = 32;
/** A request has at most so many tokens in the queue: enough for batches of equal length, and bounded memory. */
const windowTokens = 16_384;
/** How long texts may be tokenised before others have their turn. */
const sliceMs = 4;
/** Of English prose, about; other languages have fewer. */
const charactersPerToken = 4;
/** All hidden states of many texts would be gigabytes. */
const maxInputsUnpooled = 32;

/** What the embedder works with. */
export interface EmbedderParts {
  readonly models: ModelRegistry;
  readonly queue: BatchQueue<RowWork | GraphWork>;
  readonly admission: Admission;
  readonly metrics: EngineMetrics;
  /** Absent when rows are not kept. */
  readonly cache: VectorCache | undefined;
}

/** Embeds texts: the entry of the embedding path inside the engine. */
export class Embedder {
  readonly #inFlight = new Map<string, RowWork>();

  constructor(private readonly parts: EmbedderParts) {}

  /**
   * Embeds the inputs in order: plan → cache → tokenise → queue → rows. A text that is being computed already is
   * waited for, not computed again.
   *
   * @throws {SelvedgeError} `MODEL_UNKNOWN`, `MODEL_MISSING`, `INPUT_INVALID`, `INPUT_TOO_LONG`, `ENGINE_BUSY`;
   *   `CANCELLED` when `signal` aborts
   */
  async embed(request: EmbedRequest, signal: AbortSignal): Promise<EmbedReply> {
    const { models, admission, metrics } = this.parts;
    const model =
      await (request.mayBringModel ? models.get(request.model) : models.getInstalled(request.model));
    const shape = shapeFor(request, model);
    const priority = priorityOf(request);
    using seat = metrics.countingRefusals(
      model.name,
      () => admission.enter(priority, estimate(request, model)),
    );
    const failed = new AbortController();
    const rows = new RequestRows(seat, AbortSignal.any([signal, failed.signal]));
    try {
      const slice = new TimeSlice(sliceMs);
      for (const planned of planRows(request, model)) {
        if (signal.aborted) throw new SelvedgeError("CANCELLED", "The caller has gone");
        rows.add(planned, this.#row(planned, request, { model, shape, priority }, rows));
        if (rows.waitingTokens >= windowTokens) await rows.progress();
        if (slice.isOver) await slice.next();
      }
      return rows.reply(model, request, await rows.all());
    } catch (error) {
      failed.abort();
      throw error;
    }
  }

  #row(
    planned: PlannedRow,
    request: EmbedRequest,
    { model, shape, priority }: { model: LoadedModel; shape: RowShape; priority: Priority },
    rows: RequestRows,
  ): Promise<RowAnswer> {
    const { maxTokens } = model.tokenizer;
    const { tenant, caller } = request;
    const key = cacheKey({
      tenant,
      digest: model.digest,
      tokenizer: model.tokenizerFiles,
      shape,
      source: planned.source,
      maxTokens,
    });
    const cached = this.parts.cache?.get(key);
    if (this.parts.cache !== undefined) this.parts.metrics.cacheAnswered(model.name, cached !== undefined);
    if (cached !== undefined && !(cached.truncated && request.truncate === false)) {
      rows.cachedRows++;
      return Promise.resolve(cached);
    }
    const startedAt = performance.now();
    const encoding = encodeRow(planned, request, model);
    rows.tokenizeMs += performance.now() - startedAt;
    const known = this.#inFlight.get(key);
    // A row that waits in the slow lane does not keep an interactive caller waiting.
    const isShared = known?.isWanted && (known.priority === "interactive" || priority === "bulk");
    const work = isShared
      ? known
      : this.#enqueue(key, new RowWork({ model, encoding, shape, caller, priority }));
    return rows.wait(work);
  }

  #enqueue(key: string, work: RowWork): RowWork {
    this.#inFlight.set(key, work);
    work.settled.then((result) => {
      if (this.#inFlight.get(key) === work) this.#inFlight.delete(key);
      if (result !== undefined) this.parts.cache?.set(key, result);
    });
    this.parts.queue.push(work);
    return work;
  }
}

function shapeFor({ meanPool, normalize, dimensions, inputs }: EmbedRequest, model: LoadedModel): RowShape {
  if (!meanPool && (inputs.length > maxInputsUnpooled || dimensions !== undefined)) {
    throw new SelvedgeError(
      "INPUT_INVALID",
      `Cannot give the hidden states of ${inputs.length} inputs: at most ${maxInputsUnpooled} a request, all dimensions`,
    );
  }
  if (dimensions !== undefined && dimensions > model.dimensions) {
    throw new SelvedgeError(
      "INPUT_INVALID",
      `Cannot give ${dimensions} dimensions: the vectors of "${model.name}" have ${model.dimensions}`,
    );
  }
  return { pooling: meanPool ? model.pooling : "none", normalize, ...(dimensions && { dimensions }) };
}

function priorityOf({ priority, inputs, chunk }: EmbedRequest): Priority {
  return priority ?? (inputs.length > interactiveInputs || chunk !== undefined ? "bulk" : "interactive");
}

/** About as many tokens as the request will cost: known only when all is tokenised, which comes later. */
function estimate({ inputs, chunk }: EmbedRequest, { tokenizer }: LoadedModel): number {
  const most = chunk === undefined ? tokenizer.maxTokens : Infinity;
  return inputs.reduce((sum, input) => {
    const tokens = typeof input === "string" ? Math.ceil(input.length / charactersPerToken) : input.length;
    return sum + Math.min(most, tokens + 2);
  }, 0);
}
