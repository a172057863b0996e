import { join } from "node:path";
import type { SelvedgeError } from "../contract/index.ts";
import { type FileDigest, isKnown, type KnownFile, type ModelFile } from "./catalogue-schema.ts";
import { sweepParts } from "./part-sweep.ts";
import { diskFull, freeBytesOf, notWritable } from "./store-faults.ts";
import { isDiskFull } from "./system-error.ts";

/**
 * Model files on disk, each named by its sha256. The name is the trust: a file gets it by a rename after its size
 * and digest agreed, so what bears the name was once proved, and two models share equal files. A file on its way
 * is `<name>.<random>.part` beside it, one for each writer. Holds nothing open.
 */
export class BlobFolder {
  /** `openPart` makes a new file for writing; a test may put a full disk in its place. */
  constructor(
    private readonly folder: string,
    private readonly open = (path: string) => Deno.open(path, { write: true, createNew: true }),
  ) {}

  /** The path of a file, whether or not it is there. */
  pathOf({ sha256 }: Pick<FileDigest, "sha256">): string {
    return join(this.folder, sha256);
  }

  /** Whether the file is there with the size it should have; its digest was proved when it came. */
  async has(file: ModelFile): Promise<boolean> {
    return isKnown(file) && await this.sizeOf(file) === file.bytes;
  }

  /** The size of what bears the file's name, or undefined when nothing does. */
  async sizeOf(file: KnownFile): Promise<number | undefined> {
    try {
      const { isFile, size } = await Deno.stat(this.pathOf(file));
      return isFile ? size : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /**
   * Makes the folder, clears parts that dead processes left, and refuses what the disk cannot hold.
   *
   * @throws SETTINGS_INVALID when the folder cannot be written, DISK_FULL when `files` do not fit.
   */
  async prepare(files: readonly ModelFile[]): Promise<void> {
    try {
      await Deno.mkdir(this.folder, { recursive: true });
      await sweepParts(this.folder);
    } catch (error) {
      throw notWritable(this.folder, error);
    }
    const neededBytes = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
    const freeBytes = await freeBytesOf(this.folder);
    if (freeBytes !== undefined && neededBytes > freeBytes) {
      throw diskFull(this.folder, neededBytes, freeBytes);
    }
  }

  /** A path for a part of the file that no other writer has. */
  partOf(file: ModelFile): string {
    return join(this.folder, `${file.sha256 ?? "unverified"}.${crypto.randomUUID()}.part`);
  }

  /** A path on the same disk for a folder that is being filled; it is swept like any part. */
  partFolder(): string {
    return join(this.folder, `incoming.${crypto.randomUUID()}.part`);
  }

  /**
   * Opens a new part of the file for one writer, who renames or removes it.
   *
   * @throws DISK_FULL, or SETTINGS_INVALID when the folder cannot be written.
   */
  async openPart(file: ModelFile): Promise<{ path: string; part: Deno.FsFile }> {
    const path = this.partOf(file);
    try {
      return { path, part: await this.open(path) };
    } catch (error) {
      if (isDiskFull(error)) throw await this.diskFull(file, error);
      throw notWritable(this.folder, error);
    }
  }

  /** Removes the file, and says whether there was one. */
  async remove(file: KnownFile): Promise<boolean> {
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
    return diskFull(this.folder, file.bytes, await freeBytesOf(this.folder) ?? 0, cause);
  }
}
