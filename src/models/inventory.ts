import { fileOf, isKnown, type ModelEntry, type ModelFile } from "./catalogue-schema.ts";
import { deriveEntry, isOptimisable } from "./derived-entry.ts";
import { everyModel } from "./find-model.ts";
import { measureFile } from "./measure-file.ts";
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
  for (const file of await store.filesOf(entry)) verdicts.push(await verifyFile(file, store, signal));
  if (verdicts.some(({ state }) => state === "corrupt")) await store.removeFolderOf(entry);
  return verdicts;
}

async function verifyFile(file: ModelFile, store: ModelStore, signal: AbortSignal): Promise<FileVerdict> {
  if (!isKnown(file)) return { file, state: "missing" };
  const found = await measureFile(store.blobs.pathOf(file), signal);
  if (found === undefined) return { file, state: "missing" };
  if (found.bytes === file.bytes && found.sha256 === file.sha256) return { file, state: "ok" };
  await store.blobs.remove(file);
  return { file, state: "corrupt", found };
}

/** Whether every file of the model is on disk. */
export async function isInstalled(entry: ModelEntry, store: ModelStore): Promise<boolean> {
  return (await store.missing(entry)).length === 0;
}

/**
 * Removes a model's files but for those that another installed model shares, and returns the removed ones. A
 * model that is not there is no error: nothing is removed. A model of the user's own is forgotten altogether, with the
 * int8 model made out of it; what was recorded of a catalogue's model stays, so that it cannot come back as another.
 */
export async function removeModel(
  entry: ModelEntry,
  { store, models }: { store: ModelStore; models?: readonly ModelEntry[] },
): Promise<ModelFile[]> {
  if (entry.origin === "added") await forgetAdded(entry, store);
  const kept = new Set<string>();
  for (const other of models ?? await everyModel(store)) {
    if (other.name === entry.name || !await isInstalled(other, store)) continue;
    for (const file of (await store.filesOf(other)).filter(isKnown)) kept.add(file.sha256);
  }
  await store.removeFolderOf(entry);
  const removed: ModelFile[] = [];
  for (const file of (await store.filesOf(entry)).filter(isKnown)) {
    if (!kept.has(file.sha256) && await store.blobs.remove(file)) removed.push(file);
  }
  return removed;
}

async function forgetAdded(entry: ModelEntry, store: ModelStore): Promise<void> {
  if (isOptimisable(entry)) {
    const derived = deriveEntry(entry);
    const graph = fileOf(await store.filesOf(derived), "model");
    if (isKnown(graph)) await store.blobs.remove(graph);
    await store.forget(derived);
  }
  await store.added.remove(entry);
}
