import { setImmediate } from "node:timers/promises";

/** Keeps a long computation from holding up the event loop: it lets others go first every few milliseconds. */
export class TimeSlice {
  #startedAt = performance.now();

  constructor(private readonly lengthMs: number) {}

  /** Whether the slice is used up; then {@linkcode next} is due. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt >= this.lengthMs;
  }

  /** Resolves after everything else that was ready has run. */
  async next(): Promise<void> {
    await setImmediate();
    this.#startedAt = performance.now();
  }
}
