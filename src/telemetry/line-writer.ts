/** Lines that may wait for a slow reader; those beyond are dropped and counted. */
const maxWaitingLines = 10_000;

/**
 * Writes lines in the order they came, without making anybody wait: a reader that stalls, such as a terminal
 * stopped with Ctrl-S, holds up the log and not the program. When lines were dropped, a line says how many.
 */
export class LineWriter {
  #waiting: string[] = [];
  #dropped = 0;
  #writing: Promise<void> | undefined;

  constructor(private readonly sink: { write(bytes: Uint8Array): Promise<number> }) {}

  /** `line` carries its line end. */
  write(line: string): void {
    if (this.#waiting.length >= maxWaitingLines) this.#dropped++;
    else this.#waiting.push(line);
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when all lines are written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      if (this.#dropped > 0) {
        lines.push(`${this.#dropped} lines of the log were dropped: their reader was too slow\n`);
      }
      this.#dropped = 0;
      const bytes = new TextEncoder().encode(lines.join(""));
      try {
        for (let written = 0; written < bytes.length;) {
          written += await this.sink.write(bytes.subarray(written));
        }
      } catch {
        // Nobody reads any more, and there is nowhere else to say so.
      }
    }
    this.#writing = undefined;
  }
}
