/**
 * Ends an exchange whose other side has gone silent. Counting starts at once; {@linkcode heard} starts it anew;
 * when the time runs out `signal` aborts with a TimeoutError. Closing stops the count.
 */
export class SilenceLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(limitMs: number) {
    this.signal = this.#controller.signal;
    this.heard(limitMs);
  }

  /** Something came: allow this much silence from now on. */
  heard(limitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException(`no answer for ${limitMs / 1000} s`, "TimeoutError"));
    }, limitMs);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
