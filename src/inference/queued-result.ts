import { SelvedgeError } from "../contract/index.ts";

/** The result of something that waits in a queue, for as many callers as want it. */
export class QueuedResult<Value> {
  readonly #result = Promise.withResolvers<Value>();
  #waiters = 0;

  constructor() {
    this.#result.promise.catch(() => "each waiter has the error");
  }

  /** Whether anybody waits for it still. */
  get isWanted(): boolean {
    return this.#waiters > 0;
  }

  /** Resolves when the result is there, or with nothing when it failed. */
  get settled(): Promise<Value | undefined> {
    return this.#result.promise.catch(() => undefined);
  }

  /** Waits for the result. @throws {SelvedgeError} `CANCELLED` as soon as `signal` aborts */
  async wait(signal: AbortSignal): Promise<Value> {
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

  resolve(value: Value): void {
    this.#result.resolve(value);
  }

  /** Ends it when nobody waits for it any more. */
  drop(): void {
    this.fail(new SelvedgeError("CANCELLED", "The caller has gone"));
  }

  fail(reason: unknown): void {
    this.#result.reject(reason);
  }
}
