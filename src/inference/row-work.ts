import { type Priority, SelvedgeError } from "../contract/index.ts";
import type { QueueItem } from "./batch-queue.ts";
import type { Encoding } from "./tokenizer.ts";
import type { LoadedModel } from "./model-registry.ts";
import type { RowShape } from "./pooling.ts";

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

/**
 * One row on its way: waiting → done or failed. Several callers may wait for the same row; it is wanted until the
 * last of them has gone.
 */
export class RowWork implements QueueItem {
  readonly #queuedAt = performance.now();
  readonly #result = Promise.withResolvers<RowResult>();
  #waiters = 0;
  /** How often a thread died while it held this row. */
  deaths = 0;

  constructor(readonly order: RowOrder) {
    this.#result.promise.catch(() => "each waiter has the error");
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
  get isWanted(): boolean {
    return this.#waiters > 0;
  }

  /** Resolves when the row is there, or with nothing when it failed. */
  get settled(): Promise<RowResult | undefined> {
    return this.#result.promise.catch(() => undefined);
  }

  /** Waits for the row. @throws {SelvedgeError} `CANCELLED` as soon as `signal` aborts */
  async wait(signal: AbortSignal): Promise<RowResult> {
    const left = Promise.withResolvers<never>();
    const leave = () => left.reject(new SelvedgeError("CANCELLED", "The caller has gone"));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave);
    this.#waiters++;
    try {
      return await Promise.race([this.#result.promise, left.promise]);
    } finally {
      this.#waiters--;
      signal.removeEventListener("abort", leave);
    }
  }

  /** `times` are those of the row's part of the batch, which began at `startedAt`. */
  complete(row: Float32Array, startedAt: number, times: { runMs: number; poolMs: number }): void {
    const { ids, truncated } = this.order.encoding;
    const queueMs = startedAt - this.#queuedAt;
    this.#result.resolve({ row, tokens: ids.length, truncated, queueMs, ...times });
  }

  fail(reason: unknown): void {
    this.#result.reject(reason);
  }
}
