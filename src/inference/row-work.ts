import type { Priority } from "../contract/index.ts";
import type { QueueItem } from "./batch-queue.ts";
import type { LoadedModel } from "./model-registry.ts";
import type { RowShape } from "./pooling.ts";
import { QueuedResult } from "./queued-result.ts";
import type { Encoding } from "./tokenizer.ts";

/** A computed row, and where its time went. */
export interface RowResult {
  readonly row: Float32Array;
  readonly tokens: number;
  readonly truncated: boolean;
  readonly queueMs: number;
  /** Its batch's times, in the share of its tokens. */
  readonly runMs: number;
  readonly poolMs: number;
}

/** What a row is made of. */
export interface RowOrder {
  readonly model: LoadedModel;
  readonly encoding: Encoding;
  readonly shape: RowShape;
  readonly caller: string;
  readonly priority: Priority;
}

/** One row on its way: waiting → done or failed. Several callers may wait for the same row. */
export class RowWork extends QueuedResult<RowResult> implements QueueItem {
  readonly #queuedAt = performance.now();
  /** How often a thread died while it held this row. */
  deaths = 0;

  constructor(readonly order: RowOrder) {
    super();
  }

  get group(): string {
    return this.order.model.digest;
  }
  get batchRule() {
    return this.order.model.batchRule ?? "alone";
  }
  get length(): number {
    return this.order.encoding.ids.length;
  }
  get caller(): string {
    return this.order.caller;
  }
  get priority(): Priority {
    return this.order.priority;
  }

  /** `times` are those of the row's part of the batch, which began at `startedAt`. */
  complete(row: Float32Array, startedAt: number, times: { runMs: number; poolMs: number }): void {
    const { ids, truncated } = this.order.encoding;
    const queueMs = startedAt - this.#queuedAt;
    this.resolve({ row, tokens: ids.length, truncated, queueMs, ...times });
  }
}
