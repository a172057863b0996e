import { DatabaseSync } from "node:sqlite";
import type { CachedRow, RowStore } from "./vector-cache.ts";

/** The file's size at which the oldest rows go. */
const limitBytes = 1024 ** 3;
const pageBytes = 4096;
/** How many rows are written between two looks at the size, and how large a part of them goes. */
const rowsBetweenLooks = 1_000;
const partForgotten = 0.1;

const schema = `
  pragma page_size = ${pageBytes};
  pragma journal_mode = wal;
  pragma synchronous = off; -- a row that is lost is computed again
  pragma max_page_count = ${Math.ceil(1.25 * limitBytes / pageBytes)};
  create table if not exists rows (
    key text primary key,
    tokens integer not null,
    truncated integer not null,
    bytes blob not null
  );`;

/** Rows in a SQLite file, the oldest forgotten when it has grown to 1 GiB. A file that is damaged is begun anew. */
export class DiskRowStore implements RowStore {
  readonly #database: DatabaseSync;
  readonly #select;
  readonly #insert;
  #written = 0;

  constructor(path: string) {
    this.#database = open(path);
    this.#select = this.#database.prepare("select tokens, truncated, bytes from rows where key = ?");
    this.#insert = this.#database.prepare("insert or ignore into rows values (?, ?, ?, ?)");
  }

  get(key: string): CachedRow | undefined {
    const found = this.#select.get(key);
    if (found === undefined) return undefined;
    const bytes = found.bytes as Uint8Array;
    const row = new Float32Array(bytes.slice().buffer);
    return { row, tokens: Number(found.tokens), truncated: found.truncated === 1 };
  }

  /** Keeps a row. A disk that takes no more is no reason to fail: the row is computed again. */
  set(key: string, { row, tokens, truncated }: CachedRow): void {
    try {
      const bytes = new Uint8Array(row.buffer, row.byteOffset, row.byteLength);
      this.#insert.run(key, tokens, truncated ? 1 : 0, bytes);
      if (this.#written++ % rowsBetweenLooks === 0) this.#forgetOldest();
    } catch (error) {
      console.error(`Cannot keep a vector on disk: ${error}`);
    }
  }

  close(): void {
    this.#database.close();
  }

  #forgetOldest(): void {
    const used = this.#database.prepare(
      "select (select page_count from pragma_page_count) - (select freelist_count from pragma_freelist_count) as pages",
    ).get();
    if (Number(used!.pages) * pageBytes < limitBytes) return;
    this.#database.prepare(
      "delete from rows where rowid in (select rowid from rows order by rowid limit (select cast(count(*) * ? as integer) from rows))",
    ).run(partForgotten);
  }
}

function open(path: string): DatabaseSync {
  try {
    return openWithSchema(path);
  } catch {
    // It is a cache: what cannot be read is computed again.
    for (const suffix of ["", "-wal", "-shm"]) removeIfThere(path + suffix);
    return openWithSchema(path);
  }
}

function openWithSchema(path: string): DatabaseSync {
  // Vectors tell much of their texts: they are for the owner alone.
  Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
  const database = new DatabaseSync(path);
  database.exec(schema);
  return database;
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
