import { join } from "node:path";
import { parse } from "valibot";
import { digestSchema, type FileDigest, type ModelEntry, type ModelFile } from "./catalogue-schema.ts";
import { writeOnce } from "./write-once.ts";

/**
 * What the files without a pinned digest were when they first came, one record a file. A record is written once
 * and never changed: whatever comes later under the same name must be the same.
 */
export class RecordedDigests {
  constructor(private readonly folder: string) {}

  /** The model's files, with the recorded digest where the catalogue pins none and one is recorded. */
  async complete(entry: ModelEntry): Promise<ModelFile[]> {
    return await Promise.all(entry.files.map(async (file) => {
      if (file.sha256 !== null) return file;
      return { ...file, ...await this.#read(this.#pathOf(entry, file)) };
    }));
  }

  /** Records what the file is, unless another process did so first, and returns what is recorded. */
  async record(entry: ModelEntry, file: ModelFile, { bytes, sha256 }: FileDigest): Promise<FileDigest> {
    const path = this.#pathOf(entry, file);
    const digest = { bytes, sha256 };
    if (await writeOnce(path, JSON.stringify(digest))) return digest;
    return await this.#read(path) ?? digest;
  }

  /** Forgets what the model's own files were. */
  async forget(entry: ModelEntry): Promise<void> {
    try {
      await Deno.remove(join(this.folder, entry.name), { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** A derived model has a graph of its own and shares the rest with the model it was made of. */
  #pathOf(entry: ModelEntry, { role, path }: ModelFile): string {
    const isShared = entry.task === "feature-extraction" && entry.derivedFrom !== undefined &&
      role !== "model";
    const owner = isShared ? entry.derivedFrom : entry.name;
    return join(this.folder, owner, encodeURIComponent(path));
  }

  async #read(path: string): Promise<FileDigest | undefined> {
    try {
      return parse(digestSchema, JSON.parse(await Deno.readTextFile(path)));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }
}
