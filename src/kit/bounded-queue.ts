/** Thrown by {@linkcode BoundedQueue.push} when the queue holds as many items as it may. */
export class QueueFull extends Error {
  constructor(readonly limit: number) {
    super(`Cannot take another item: ${limit} are waiting`);
    this.name = "QueueFull";
  }
}

interface Taker<Item> {
  give(item: Item): void;
}

/**
 * First in, first out, with a limit on what waits. Takers wait for items; items never wait while a taker does.
 *
 * @throws {QueueFull} from `push`, so that nothing grows because callers are many.
 */
export class BoundedQueue<Item> {
  #items: Item[] = [];
  #takers: Taker<Item>[] = [];

  constructor(readonly limit: number) {}

  /** How many items wait. */
  get length(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker.give(item);
    if (this.#items.length >= this.limit) throw new QueueFull(this.limit);
    this.#items.push(item);
  }

  /** Resolves with the oldest item, now or when one comes. */
  take(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((give) => this.#takers.push({ give }));
  }
}
