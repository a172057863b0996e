import { createHash } from "node:crypto";
import { catalogue, type ModelEntry, type ModelFile } from "./catalogue.ts";
import type { ModelStore } from "./store.ts";

/** What a check of one file on disk found. A corrupt file has been removed; `found` says what it was. */
export interface FileVerdict {
  readonly file: ModelFile;
  readonly state: "ok" | "missing" | "corrupt";
  /** The size and digest that were there instead. */
  readonly found?: { readonly bytes: number; readonly sha256: string };
}

/**
 * Reads every file of a model again and compares size and digest. What does not agree is removed, so that nothing
 * trusts it any longer.
 */
export async function verifyModel(
  entry: ModelEntry,
  { store, signal }: { store: ModelStore; signal: AbortSignal },
): Promise<FileVerdict[]> {
  const verdicts: FileVerdict[] = [];
  for (const file of entry.files) verdicts.push(await verifyFile(file, store, signal));
  return verdicts;
}

async function verifyFile(file: ModelFile, store: ModelStore, signal: AbortSignal): Promise<FileVerdict> {
  const found = await measure(store.pathOf(file), signal);
  if (found === undefined) return { file, state: "missing" };
  if (found.bytes === file.bytes && found.sha256 === file.sha256) return { file, state: "ok" };
  await store.remove(file);
  return { file, state: "corrupt", found };
}

async function measure(path: string, signal: AbortSignal): Promise<FileVerdict["found"]> {
  let opened: Deno.FsFile;
  try {
    opened = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of opened.readable) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Whether every file of the model is on disk. */
export async function isInstalled(entry: ModelEntry, store: ModelStore): Promise<boolean> {
  return (await store.missing(entry)).length === 0;
}

/**
 * Removes a model's files but for those that another installed model shares, and returns the removed ones. A
 * model that is not there is no error: nothing is removed.
 */
export async function removeModel(
  entry: ModelEntry,
  { store, models = catalogue }: { store: ModelStore; models?: readonly ModelEntry[] },
): Promise<ModelFile[]> {
  const kept = new Set<string>();
  for (const other of models) {
    if (other.name === entry.name || !await isInstalled(other, store)) continue;
    for (const file of other.files) kept.add(file.sha256);
  }
  const removed: ModelFile[] = [];
  for (const file of entry.files) {
    if (!kept.has(file.sha256) && await store.remove(file)) removed.push(file);
  }
  return removed;
}
