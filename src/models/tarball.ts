import { once } from "node:events";
import { Parser, type ReadEntry } from "tar";
import type { ModelFile } from "./catalogue-schema.ts";
import { describeHead } from "./receive.ts";
import { SourceFault } from "./source.ts";

/** What to take out of an npm tarball as it streams by. */
export interface TarballWish {
  /** The files to receive, by their path inside the package. */
  readonly wanted: ReadonlyMap<string, ModelFile>;
  /** Whether wanted files that are not in it are passed over. */
  readonly mayLack: boolean;
  readonly receive: (file: ModelFile, content: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Called when no more chunks are needed: every file is received, or something failed. Must end the chunks. */
  readonly stop: () => void;
}

/** No package of weights comes near; a bomb passes it at once. */
const maxUnpackedBytes = 32_000_000_000;

const allReceived = Symbol("all received");

/**
 * One pass over a tarball. It reads until every wanted file is received, something fails, or the chunks end;
 * `#over` is aborted by the first of the former two, with {@linkcode allReceived} or the failure as its reason.
 * When {@linkcode read} settles, no receiving is left behind.
 */
export class TarballReader {
  readonly #wish: TarballWish;
  readonly #waiting: Map<string, ModelFile>;
  readonly #entries: ReadEntry[] = [];
  readonly #receiving: Promise<void>[] = [];
  readonly #over = new AbortController();
  #receivedFiles = 0;
  #unpackedBytes = 0;
  #head: Uint8Array | undefined;

  constructor(wish: TarballWish) {
    this.#wish = wish;
    this.#waiting = new Map(wish.wanted);
  }

  /**
   * Receives the wanted files out of the tarball's chunks. Call it once.
   *
   * @throws SourceFault when this is no whole tarball or lacks a file; else what a receiving or `chunks` threw first.
   */
  async read(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await this.#feed(chunks);
    } catch (error) {
      this.#finish(error);
    }
    await Promise.all(this.#receiving);
    const { aborted, reason } = this.#over.signal;
    if (aborted && reason !== allReceived) throw reason;
    const [lost] = this.#waiting.keys();
    if (lost !== undefined && !this.#wish.mayLack) throw new SourceFault("absent", `no file ${lost} in it`);
  }

  async #feed(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#over;
    const parser = this.#newParser();
    for await (const chunk of chunks) {
      this.#head ??= Uint8Array.from(chunk.subarray(0, 80));
      if (signal.aborted) return;
      if (!parser.write(chunk)) await once(parser, "drain", { signal });
    }
    const ended = once(parser, "end", { signal });
    parser.end();
    await ended;
  }

  #newParser(): Parser {
    const parser = new Parser({
      strict: true,
      filter: (path, entry) => this.#isWanted(path, entry),
      onReadEntry: (entry) => this.#receive(entry),
    });
    parser.on("error", (error: Error) => {
      const head = describeHead(this.#head ?? new Uint8Array());
      this.#finish(new SourceFault("corrupt", `not a whole tarball: ${error.message}${head}`));
    });
    return parser;
  }

  /** Every entry passes here, wanted or not: what is skipped is unpacked all the same. */
  #isWanted(path: string, { size }: { readonly size: number }): boolean {
    this.#unpackedBytes += size;
    if (this.#unpackedBytes > maxUnpackedBytes) {
      const reason = `more than ${maxUnpackedBytes} bytes come out of the package: an archive bomb`;
      this.#finish(new SourceFault("corrupt", reason));
    }
    return this.#waiting.has(insidePackage(path));
  }

  #receive(entry: ReadEntry): void {
    const path = insidePackage(entry.path);
    const file = this.#waiting.get(path);
    // The same path a second time, or an entry the parser had at hand when something failed.
    if (file === undefined || this.#over.signal.aborted) return void entry.resume();
    this.#waiting.delete(path);
    this.#entries.push(entry);
    // Destroying an entry that nobody reads at the moment must not throw; its reader learns of it from #over.
    entry.on("error", () => {});
    this.#receiving.push(
      this.#wish.receive(file, this.#contentOf(entry)).then(
        () => {
          this.#receivedFiles += 1;
          if (this.#receivedFiles === this.#wish.wanted.size) this.#finish(allReceived);
        },
        (error) => this.#finish(error),
      ),
    );
  }

  /** An entry's bytes; fails when something else failed, as an entry destroyed between two reads would say nothing. */
  async *#contentOf(entry: ReadEntry): AsyncGenerator<Uint8Array> {
    const chunks = entry[Symbol.asyncIterator]();
    for (;;) {
      this.#over.signal.throwIfAborted();
      const { done, value } = await chunks.next();
      if (done) return;
      yield value;
    }
  }

  #finish(reason: unknown): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort(reason);
    this.#wish.stop();
    // A file cut short would wait for ever for its rest.
    if (reason !== allReceived) { for (const entry of this.#entries) entry.destroy(reason); }
  }
}

/** Tarballs of packages keep everything under one folder, most often `package/`. */
function insidePackage(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}
