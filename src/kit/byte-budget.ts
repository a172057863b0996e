/** Thrown when a chunk would have more bytes held than a {@linkcode ByteBudget} allows. */
export class ByteBudgetSpent extends Error {
  constructor(readonly limitBytes: number) {
    super(`Cannot hold more: ${limitBytes} bytes may be held at a time`);
    this.name = "ByteBudgetSpent";
  }
}

/** A limit on the bytes that many readers hold together, so that memory does not grow because callers are many. */
export class ByteBudget {
  #held = 0;

  constructor(readonly limitBytes: number) {}

  /** Bytes that are held now. */
  get held(): number {
    return this.#held;
  }

  /** An account for one reader; disposing of it gives back all that it holds. */
  open(): ByteAccount {
    let own = 0;
    const take = (bytes: number) => {
      if (this.#held + bytes > this.limitBytes) throw new ByteBudgetSpent(this.limitBytes);
      this.#held += bytes;
      own += bytes;
    };
    return {
      async *charge(chunks) {
        for await (const chunk of chunks) {
          take(chunk.byteLength);
          yield chunk;
        }
      },
      [Symbol.dispose]: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

/** What one reader holds of a {@linkcode ByteBudget}. */
export interface ByteAccount extends Disposable {
  /** Passes `chunks` on and counts them. @throws {ByteBudgetSpent} */
  charge(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}
