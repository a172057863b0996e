import { createHash } from "node:crypto";

/** A row that was computed before. */
export interface CachedRow {
  readonly row: Float32Array;
  readonly tokens: number;
  readonly truncated: boolean;
}

/** Where rows may be kept beyond memory. */
export interface RowStore {
  get(key: string): CachedRow | undefined;
  set(key: string, row: CachedRow): void;
}

/** What a row depends on: equal parts give the same row, to the bit. */
export interface CacheKeyParts {
  readonly tenant: string;
  readonly digest: string;
  /** What turns the text into tokens: its file, whose name is its digest. */
  readonly tokenizer: string;
  readonly shape: object;
  /** The text with its prefix, or its token ids. */
  readonly source: string | readonly number[];
  /** The limit the text was cut at. */
  readonly maxTokens: number;
}

/** What an entry costs beside its values: the key, the maps' nodes, the objects. A rough measure on V8. */
const overheadBytes = 400;

/** The key of a row: a sha256 over its parts, so that no text is kept. */
export function cacheKey({ tenant, digest, tokenizer, shape, source, maxTokens }: CacheKeyParts): string {
  const parts = JSON.stringify([tenant, digest, tokenizer, shape, maxTokens, typeof source]);
  const text = typeof source === "string" ? source : source.join(",");
  return createHash("sha256").update(parts).update("\0").update(text).digest("base64");
}

/**
 * Rows by key, the least recently used forgotten first when `limitBytes` are reached. A row that memory forgot
 * may still be in `store`.
 */
export class VectorCache {
  readonly #rows = new Map<string, CachedRow>();
  #bytes = 0;

  constructor(readonly limitBytes: number, private readonly store?: RowStore) {}

  /** Bytes held in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): CachedRow | undefined {
    const known = this.#rows.get(key);
    if (known === undefined) {
      const stored = this.store?.get(key);
      if (stored !== undefined) this.#keep(key, stored);
      return stored;
    }
    this.#rows.delete(key);
    this.#rows.set(key, known);
    return known;
  }

  set(key: string, row: CachedRow): void {
    if (this.#rows.has(key)) return;
    this.#keep(key, row);
    this.store?.set(key, row);
  }

  #keep(key: string, row: CachedRow): void {
    this.#rows.set(key, row);
    this.#bytes += sizeOf(row);
    for (const [oldest, value] of this.#rows) {
      if (this.#bytes <= this.limitBytes) break;
      this.#rows.delete(oldest);
      this.#bytes -= sizeOf(value);
    }
  }
}

function sizeOf({ row }: CachedRow): number {
  return row.byteLength + overheadBytes;
}
