import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { SelvedgeError } from "../contract/index.ts";
import { AddedModels } from "./added-models.ts";
import { BlobFolder } from "./blob-folder.ts";
import { type FileDigest, fileOf, isKnown, type KnownFile } from "./catalogue-schema.ts";
import type { ModelEntry, ModelFile, RequiredRole } from "./catalogue-schema.ts";
import { folderName, isLaidOut, layOutFolder, needsFolder, removeFolder } from "./model-folder.ts";
import { cacheFolder } from "./places.ts";
import { RecordedDigests } from "./recorded-digests.ts";
import { notWritable } from "./store-faults.ts";

/** Where an installed model's files lie. `modelSha256` is the digest of the weights. */
export interface LocatedModel extends Readonly<Record<RequiredRole, string>> {
  readonly modelSha256: string;
}

/**
 * What this machine has of models: the files (`blobs/`), folders that show a model's files under their own paths
 * (`models/`), the digests of files that the catalogue pins none for (`recorded/`), and the models of the user's
 * own (`added/`). Holds nothing open; any number of processes may use one folder at once.
 */
export class ModelStore {
  readonly blobs: BlobFolder;
  readonly added: AddedModels;
  readonly #folders: string;
  readonly #recorded: RecordedDigests;

  /** `openPart` makes a new file for writing; a test may put a full disk in its place. */
  constructor(folder: string = cacheFolder(), openPart?: (path: string) => Promise<Deno.FsFile>) {
    const root = resolve(folder);
    this.blobs = new BlobFolder(join(root, "blobs"), openPart);
    this.added = new AddedModels(join(root, "added"));
    this.#folders = join(root, "models");
    this.#recorded = new RecordedDigests(join(root, "recorded"));
  }

  /** The files of a model, with the digests this machine recorded where the catalogue pins none. */
  async filesOf(entry: ModelEntry): Promise<ModelFile[]> {
    return await this.#recorded.complete(entry);
  }

  /** The files of a model that are not there, with what is known of them. */
  async missing(entry: ModelEntry): Promise<ModelFile[]> {
    const files = await this.filesOf(entry);
    const present = await Promise.all(files.map((file) => this.blobs.has(file)));
    return files.filter((_, index) => !present[index]);
  }

  /** Records what a file without a pinned digest is, and returns the record: an earlier one stands. */
  async record(entry: ModelEntry, file: ModelFile, digest: FileDigest): Promise<FileDigest> {
    return await this.#recorded.record(entry, file, digest);
  }

  /** Whether the digest of the model's graph is known. */
  async isRecorded(entry: ModelEntry): Promise<boolean> {
    return isKnown(fileOf(await this.filesOf(entry), "model"));
  }

  /** Forgets the digests recorded for the model: the next fetch records anew. */
  async forget(entry: ModelEntry): Promise<void> {
    await this.#recorded.forget(entry);
  }

  /**
   * The paths of an installed model, from one look at each file's size. A model of several parts is shown in its
   * folder, where ONNX Runtime looks for the parts beside the graph.
   *
   * @throws MODEL_MISSING naming the first file that is absent or of another size, and the command that brings it.
   */
  async locate(entry: ModelEntry): Promise<LocatedModel> {
    const files = await this.#installed(entry);
    const folder = needsFolder(entry) ? await this.#existingFolder(entry, files) : undefined;
    const pathOf = (role: RequiredRole) => {
      const file = fileOf(files, role);
      return folder === undefined ? this.blobs.pathOf(file) : join(folder, file.path);
    };
    return {
      model: pathOf("model"),
      tokenizer: pathOf("tokenizer"),
      tokenizerConfig: pathOf("tokenizerConfig"),
      config: pathOf("config"),
      modelSha256: identityOf(files),
    };
  }

  /**
   * A folder that shows an installed model's files under their own paths, made where it is lacking.
   *
   * @throws MODEL_MISSING as {@linkcode locate}; SETTINGS_INVALID when the folder cannot be written.
   */
  async folderOf(entry: ModelEntry): Promise<string> {
    const files = await this.#installed(entry);
    const folder = this.#folderPath(entry, files);
    try {
      await layOutFolder(folder, this.#placings(files), this.blobs.partFolder());
    } catch (error) {
      throw notWritable(this.#folders, error);
    }
    return folder;
  }

  /**
   * The folder that {@linkcode folderOf} made, for who may not write there.
   *
   * @throws MODEL_MISSING when it does not show all files of the model.
   */
  async existingFolderOf(entry: ModelEntry): Promise<string> {
    return await this.#existingFolder(entry, await this.#installed(entry));
  }

  /** Removes the folder that showed the model's files. */
  async removeFolderOf(entry: ModelEntry): Promise<void> {
    await removeFolder(this.#folderPath(entry, (await this.filesOf(entry)).filter(isKnown)));
  }

  async #existingFolder(entry: ModelEntry, files: readonly KnownFile[]): Promise<string> {
    const folder = this.#folderPath(entry, files);
    if (await isLaidOut(folder, this.#placings(files))) return folder;
    throw missing(entry, `its files should be shown in ${folder} and are not`);
  }

  async #installed(entry: ModelEntry): Promise<KnownFile[]> {
    const files = await this.filesOf(entry);
    const installed: KnownFile[] = [];
    for (const file of files) {
      if (!isKnown(file)) throw missing(entry, `${file.path} has never been fetched`);
      const size = await this.blobs.sizeOf(file);
      if (size !== file.bytes) {
        const came = size === undefined ? "it is not there" : `it has ${size} bytes`;
        const wanted = `${file.path} should be ${file.bytes} bytes at ${this.blobs.pathOf(file)}`;
        throw missing(entry, `${wanted} and ${came}`);
      }
      installed.push(file);
    }
    return installed;
  }

  #folderPath(entry: ModelEntry, files: readonly KnownFile[]): string {
    return join(this.#folders, folderName(entry.name, files));
  }

  #placings(files: readonly KnownFile[]) {
    return files.map((file) => ({ blob: this.blobs.pathOf(file), path: file.path }));
  }
}

/** The digest of the weights: of the graph's file, or of its and those of the files beside it that hold them. */
function identityOf(files: readonly KnownFile[]): string {
  const { sha256 } = fileOf(files, "model");
  const beside = files.filter(({ path }) => path.endsWith("_data")).map((file) => file.sha256);
  if (beside.length === 0) return sha256;
  return createHash("sha256").update([sha256, ...beside].join(" ")).digest("hex");
}

function missing({ name, origin }: ModelEntry, reason: string): SelvedgeError {
  const remedy = origin === "added"
    ? `selvedge models rm ${name}, and add it again`
    : `selvedge models pull ${name}`;
  return new SelvedgeError("MODEL_MISSING", `Cannot use model "${name}": ${reason}; run: ${remedy}`);
}
