import { type Priority, SelvedgeError } from "../contract/index.ts";

/** Tokens that may wait before the next request of that priority is refused. */
const limitTokens: Readonly<Record<Priority, number>> = { interactive: 32_768, bulk: 2 * 1024 * 1024 };

const shortestWaitSeconds = 1;
const longestWaitSeconds = 60;
/** The pace is forgotten by half each time so many tokens were done. */
const paceTokens = 8_192;

/** A request's part of what waits; disposing gives back what is left of it. */
export interface Seat extends Disposable {
  /** So many of its tokens are done. */
  done(tokens: number): void;
}

/**
 * Counts the tokens that wait, and refuses requests while too many do. A request that comes before the limit is
 * reached enters whole, so that none is too large for an idle engine.
 */
export class Admission {
  readonly #waitingTokens: Record<Priority, number> = { interactive: 0, bulk: 0 };
  #doneTokens = 0;
  #sinceMs = performance.now();

  /** @throws {SelvedgeError} `ENGINE_BUSY`, with the seconds after which the backlog should be done */
  enter(priority: Priority, tokens: number): Seat {
    const waiting = this.#waitingTokens[priority];
    if (waiting >= limitTokens[priority]) {
      throw new SelvedgeError(
        "ENGINE_BUSY",
        `Cannot embed now: ${waiting} tokens are waiting; try again`,
        { retryAfterSeconds: this.#secondsFor(waiting) },
      );
    }
    let left = tokens;
    const leave = (count: number) => {
      const leaving = Math.min(count, left);
      left -= leaving;
      this.#waitingTokens[priority] -= leaving;
    };
    this.#waitingTokens[priority] += tokens;
    return {
      done: (count) => {
        this.#paceBy(count);
        leave(count);
      },
      [Symbol.dispose]: () => leave(left),
    };
  }

  /** How many tokens wait. */
  waitingTokens(priority: Priority): number {
    return this.#waitingTokens[priority];
  }

  #paceBy(tokens: number): void {
    this.#doneTokens += tokens;
    if (this.#doneTokens < paceTokens) return;
    this.#doneTokens /= 2;
    this.#sinceMs += (performance.now() - this.#sinceMs) / 2;
  }

  #secondsFor(tokens: number): number {
    const tokensPerMs = this.#doneTokens / Math.max(1, performance.now() - this.#sinceMs);
    const seconds = Math.ceil(tokens / Math.max(tokensPerMs, Number.EPSILON) / 1_000);
    return Math.min(longestWaitSeconds, Math.max(shortestWaitSeconds, seconds));
  }
}
