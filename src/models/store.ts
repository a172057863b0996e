import { statfs } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SelvedgeError } from "../contract/index.ts";
import { formatBytes } from "./byte-size.ts";
import type { FileRole, ModelEntry, ModelFile } from "./catalogue.ts";
import { cacheFolder } from "./places.ts";
import { isDiskFull, reasonOf } from "./system-error.ts";

/** Parts untouched for this long belong to a process that died: no pull goes a day without a byte. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** Where an installed model's files lie. `modelSha256` is the digest of the weights. */
export interface LocatedModel extends Readonly<Record<FileRole, string>> {
  readonly modelSha256: string;
}

/**
 * Model files on disk, each at `blobs/<sha256>` in the folder. The name is the trust: a file gets it by a rename
 * after its size and digest agreed, so what bears the name was once proved, and two models share equal files.
 * A file on its way is `<sha256>.<random>.part` beside it, one for each writer. Holds nothing open.
 */
export class ModelStore {
  readonly #blobs: string;
  readonly #openPart: (path: string) => Promise<Deno.FsFile>;

  /** `openPart` makes a new file for writing; a test may put a full disk in its place. */
  constructor(
    folder: string = cacheFolder(),
    openPart = (path: string) => Deno.open(path, { write: true, createNew: true }),
  ) {
    this.#blobs = join(resolve(folder), "blobs");
    this.#openPart = openPart;
  }

  /** The path of a file, whether or not it is there. */
  pathOf(file: ModelFile): string {
    return join(this.#blobs, file.sha256);
  }

  /** Whether the file is there with the size it should have; its digest was proved when it came. */
  async has(file: ModelFile): Promise<boolean> {
    return await this.#sizeOf(file) === file.bytes;
  }

  /** The files of a model that are not there. */
  async missing(entry: ModelEntry): Promise<ModelFile[]> {
    const present = await Promise.all(entry.files.map((file) => this.has(file)));
    return entry.files.filter((_, index) => !present[index]);
  }

  /**
   * The paths of an installed model, from one look at each file's size.
   *
   * @throws MODEL_MISSING naming the first file that is absent or of another size, and the command that brings it.
   */
  async locate(entry: ModelEntry): Promise<LocatedModel> {
    const [lost] = await this.missing(entry);
    if (lost !== undefined) {
      const size = await this.#sizeOf(lost);
      const came = size === undefined ? "it is not there" : `it has ${size} bytes`;
      throw new SelvedgeError(
        "MODEL_MISSING",
        `Cannot use model "${entry.name}": ${lost.path} should be ${lost.bytes} bytes at ${
          this.pathOf(lost)
        } ` +
          `and ${came}; run: selvedge models pull ${entry.name}`,
      );
    }
    return { ...this.#paths(entry), modelSha256: fileOf(entry, "model").sha256 };
  }

  /**
   * Makes the folder, clears parts that dead processes left, and refuses what the disk cannot hold.
   *
   * @throws SETTINGS_INVALID when the folder cannot be written, DISK_FULL when `files` do not fit.
   */
  async prepare(files: readonly ModelFile[]): Promise<void> {
    try {
      await Deno.mkdir(this.#blobs, { recursive: true });
      await this.#sweep();
    } catch (error) {
      throw this.#notWritable(error);
    }
    const neededBytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const freeBytes = await this.#freeBytes();
    if (freeBytes !== undefined && neededBytes > freeBytes) throw this.#diskFull(neededBytes, freeBytes);
  }

  /**
   * Opens a new part of the file for one writer, who renames or removes it.
   *
   * @throws DISK_FULL, or SETTINGS_INVALID when the folder cannot be written.
   */
  async openPart(file: ModelFile): Promise<{ path: string; part: Deno.FsFile }> {
    const path = `${this.pathOf(file)}.${crypto.randomUUID()}.part`;
    try {
      return { path, part: await this.#openPart(path) };
    } catch (error) {
      if (isDiskFull(error)) throw await this.diskFull(file, error);
      throw this.#notWritable(error);
    }
  }

  /** Removes the file, and says whether there was one. */
  async remove(file: ModelFile): Promise<boolean> {
    try {
      await Deno.remove(this.pathOf(file));
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  /** The error to throw when the disk filled up under a file. */
  async diskFull(file: ModelFile, cause: unknown): Promise<SelvedgeError> {
    return this.#diskFull(file.bytes, await this.#freeBytes() ?? 0, cause);
  }

  async #sizeOf(file: ModelFile): Promise<number | undefined> {
    try {
      const { isFile, size } = await Deno.stat(this.pathOf(file));
      return isFile ? size : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  #paths(entry: ModelEntry): Record<FileRole, string> {
    return {
      model: this.pathOf(fileOf(entry, "model")),
      tokenizer: this.pathOf(fileOf(entry, "tokenizer")),
      tokenizerConfig: this.pathOf(fileOf(entry, "tokenizerConfig")),
    };
  }

  async #sweep(): Promise<void> {
    for await (const { name } of Deno.readDir(this.#blobs)) {
      if (!name.endsWith(".part")) continue;
      const path = join(this.#blobs, name);
      try {
        const { mtime } = await Deno.stat(path);
        if (mtime !== null && Date.now() - mtime.getTime() > abandonedAfterMs) await Deno.remove(path);
      } catch (error) {
        // Its writer finished, or another process swept it, between the listing and now.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  /** Bytes a user may still write, or undefined where the file system does not count them. */
  async #freeBytes(): Promise<number | undefined> {
    const { blocks, bavail, bsize } = await statfs(this.#blobs);
    return blocks === 0 ? undefined : bavail * bsize;
  }

  #notWritable(cause: unknown): SelvedgeError {
    return new SelvedgeError(
      "SETTINGS_INVALID",
      `Cannot write to the model folder ${this.#blobs}: ${reasonOf(cause)}; ` +
        "set SELVEDGE_CACHE_DIR to a folder that can be written",
      { cause },
    );
  }

  #diskFull(neededBytes: number, freeBytes: number, cause?: unknown): SelvedgeError {
    return new SelvedgeError(
      "DISK_FULL",
      `Cannot store ${neededBytes} bytes (${
        formatBytes(neededBytes)
      }) in ${this.#blobs}: ${freeBytes} bytes ` +
        `(${
          formatBytes(freeBytes)
        }) are free; free some space, or set SELVEDGE_CACHE_DIR to a folder on another disk`,
      { cause },
    );
  }
}

function fileOf(entry: ModelEntry, role: FileRole): ModelFile {
  const file = entry.files.find((candidate) => candidate.role === role);
  if (file === undefined) {
    throw new Error(`Our fault: model "${entry.name}" has no ${role} though its schema checks it`);
  }
  return file;
}
