import type { Priority } from "../contract/index.ts";
import type { BatchRule } from "./onnx-messages.ts";

/** The lanes there are: for those who wait, for bulk, and for graphs that are not ours. */
export type LaneClass = Priority | "graph";

/** What waits for a lane. Items of one `group` may share a batch, as far as the group's rule allows. */
export interface QueueItem {
  readonly group: string;
  readonly batchRule: BatchRule;
  /** Tokens. */
  readonly length: number;
  readonly caller: string;
  readonly priority: LaneClass;
  /** Whether somebody still waits for it; otherwise it is dropped before it costs anything. */
  readonly isWanted: boolean;
  /** Called when it was dropped because nobody wants it. */
  drop(): void;
}

/** How large a batch may be. */
export interface BatchLimits {
  /** Tokens, padding included; a longer item is a batch of its own. */
  readonly tokens: number;
  readonly rows: number;
}

interface Entry<Item> {
  readonly item: Item;
  isTaken: boolean;
}

/**
 * What waits for lanes, by priority. Each take gives one batch: the oldest item of the caller that was served
 * least, counted in tokens, and with it items of nearly the same length of whichever caller, which are charged
 * to theirs. No item is passed over for ever, since each caller's oldest goes first. A caller that comes anew
 * starts level with those that are there.
 */
export class BatchQueue<Item extends QueueItem> {
  readonly #classes: Readonly<Record<LaneClass, ClassQueue<Item>>>;
  readonly #takers: Record<LaneClass, ((batch: Item[]) => void)[]> = {
    interactive: [],
    bulk: [],
    graph: [],
  };

  constructor(limits: BatchLimits) {
    const queue = () => new ClassQueue<Item>(limits);
    this.#classes = { interactive: queue(), bulk: queue(), graph: queue() };
  }

  push(item: Item): void {
    const waiting = this.#classes[item.priority];
    waiting.push(item);
    const taker = this.#takers[item.priority].shift();
    if (taker === undefined) return;
    // Not at once: what the same request adds in this turn joins the batch.
    queueMicrotask(() => {
      const batch = waiting.take();
      if (batch.length > 0) taker(batch);
      else this.#takers[item.priority].push(taker);
    });
  }

  /** Resolves with the next batch of that priority, now or when something comes. Never empty. */
  take(priority: LaneClass): Promise<Item[]> {
    const batch = this.#classes[priority].take();
    if (batch.length > 0) return Promise.resolve(batch);
    return new Promise((resolve) => this.#takers[priority].push(resolve));
  }

  /** How many items its index by length holds: those that wait, and some taken ones that were not met since. */
  kept(priority: LaneClass): number {
    return this.#classes[priority].kept;
  }

  /** How many items wait; those that nobody wants any more are counted until they are met. */
  waiting(priority: LaneClass): number {
    return this.#classes[priority].size;
  }
}

/** The queue of one priority. */
class ClassQueue<Item extends QueueItem> {
  readonly #callers = new Map<string, { entries: Entry<Item>[]; servedTokens: number }>();
  readonly #lengths = new Map<string, Map<number, Entry<Item>[]>>();
  #servedTokens = 0;
  size = 0;

  constructor(private readonly limits: BatchLimits) {}

  get kept(): number {
    return this.#lengths.values().flatMap((lengths) => lengths.values()).reduce(
      (sum, all) => sum + all.length,
      0,
    );
  }

  push(item: Item): void {
    const entry = { item, isTaken: false };
    const caller = getOrAdd(this.#callers, item.caller, () => ({
      entries: [],
      servedTokens: this.#servedTokens,
    }));
    caller.entries.push(entry);
    const lengths = getOrAdd(this.#lengths, item.group, () => new Map<number, Entry<Item>[]>());
    getOrAdd(lengths, item.length, () => []).push(entry);
    this.size++;
  }

  take(): Item[] {
    const first = this.#leastServed();
    if (first === undefined) return [];
    const batch: Item[] = [];
    this.#add(batch, first);
    this.#fill(batch, first.item);
    this.#forget(first.item);
    return batch;
  }

  #leastServed(): Entry<Item> | undefined {
    let least: { entries: Entry<Item>[]; servedTokens: number } | undefined;
    for (const [name, caller] of this.#callers) {
      this.#trim(caller.entries);
      if (caller.entries.length === 0) this.#callers.delete(name);
      else if (least === undefined || caller.servedTokens < least.servedTokens) least = caller;
    }
    if (least !== undefined) this.#servedTokens = least.servedTokens;
    return least?.entries[0];
  }

  #add(batch: Item[], entry: Entry<Item>): void {
    entry.isTaken = true;
    this.size--;
    batch.push(entry.item);
    const caller = this.#callers.get(entry.item.caller);
    if (caller !== undefined) caller.servedTokens += entry.item.length;
  }

  #fill(batch: Item[], { group, batchRule, length }: Item): void {
    const lengths = this.#lengths.get(group)!;
    let longest = length;
    for (const candidate of candidateLengths(length, batchRule)) {
      const entries = lengths.get(candidate);
      if (entries === undefined) continue;
      longest = Math.max(longest, candidate);
      while (this.#fits(batch.length + 1, longest)) {
        this.#trim(entries);
        const entry = entries[0];
        if (entry === undefined) break;
        this.#add(batch, entry);
      }
      if (entries.length === 0) lengths.delete(candidate);
    }
    if (lengths.size === 0) this.#lengths.delete(group);
  }

  /** Neither index may keep what has gone: an item holds its texts and its result. */
  #forget({ group, length }: Item): void {
    const lengths = this.#lengths.get(group);
    const entries = lengths?.get(length);
    if (lengths === undefined || entries === undefined) return;
    this.#trim(entries);
    if (entries.length === 0) lengths.delete(length);
    if (lengths.size === 0) this.#lengths.delete(group);
  }

  #fits(rows: number, length: number): boolean {
    return rows <= this.limits.rows && rows * length <= this.limits.tokens;
  }

  /** Drops from the front what was taken by way of the other index, and what nobody wants. */
  #trim(entries: Entry<Item>[]): void {
    let gone = 0;
    for (const entry of entries) {
      if (!entry.isTaken && entry.item.isWanted) break;
      if (!entry.isTaken) {
        entry.isTaken = true;
        entry.item.drop();
        this.size--;
      }
      gone++;
    }
    if (gone > 0) entries.splice(0, gone);
  }
}

/** Lengths that may go with one of `length`: the nearest first, none so far that padding would cost more than it gains. */
function candidateLengths(length: number, rule: BatchRule): number[] {
  if (rule === "alone") return [];
  const lengths = [length];
  const furthest = rule === "equal" ? 0 : Math.max(1, Math.floor(length / 8));
  for (let distance = 1; distance <= furthest; distance++) lengths.push(length - distance, length + distance);
  return lengths;
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
