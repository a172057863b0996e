import { SelvedgeError } from "../contract/index.ts";
import type { ModelEntry } from "./catalogue-schema.ts";
import { catalogueSource } from "./catalogue-source.ts";
import type { CheckModel } from "./check-model.ts";
import { directorySource } from "./directory-source.ts";
import { deriveModel, type OptimiseModel } from "./derive-model.ts";
import { findModel } from "./find-model.ts";
import { removeModel } from "./inventory.ts";
import { type Environment, offlineFolder } from "./places.ts";
import { receiveFile } from "./receive.ts";
import { type Delivery, type ModelSource, SourceFault, type TransferProgress } from "./source.ts";
import type { LocatedModel, ModelStore } from "./store.ts";

/** What a pull says while it works: how far a transfer has come, or that a source failed and the next is tried. */
export type PullProgress =
  & { readonly model: string; readonly source: string }
  & (TransferProgress | { readonly phase: "failed"; readonly reason: string });

/** How to pull. */
export interface PullOptions {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  /** A folder the user named for this pull: tried before every other source. */
  readonly directory?: string;
  /** Called often, and at once: must not block. */
  readonly onProgress?: (progress: PullProgress) => void;
  /** `HF_ENDPOINT`, `SELVEDGE_MODELS_FROM` and all that npm reads; the process's own unless given. */
  readonly env?: Environment;
  /** Makes the graph of a derived model; a model that no source has cannot be pulled without. */
  readonly optimise?: OptimiseModel;
  /** Tries an embedding model whose graph nobody has verified, when it first comes; untried unless given. */
  readonly check?: CheckModel;
}

/**
 * Brings the files of a model that the store lacks, and returns where they all are. The graph of a derived model
 * is made here, out of the model it is derived from, which is pulled first where it is missing.
 *
 * The order of sources is one rule: a folder named for this pull (`directory`) is an explicit wish and comes
 * first; then the catalogue's own, in its order; then the folder that `SELVEDGE_MODELS_FROM` names. A file that
 * one source brought is not fetched again from the next.
 *
 * @throws MODEL_CORRUPT or MODEL_UNREACHABLE when every source failed, listing each with its reason; DISK_FULL at
 * once; CANCELLED when `signal` aborts; SETTINGS_INVALID when the folder or an address cannot be used;
 * MODEL_INVALID when an unverified model fails its trial, or what the optimiser throws.
 */
export async function pullModel(entry: ModelEntry, options: PullOptions): Promise<LocatedModel> {
  const { store } = options;
  const isFirstFetch = !await store.isRecorded(entry);
  if ((await store.missing(entry)).length > 0) await bring(entry, options);
  await store.folderOf(entry);
  const located = await store.locate(entry);
  if (isFirstFetch) await tryModel(entry, located, options);
  return located;
}

async function bring(entry: ModelEntry, options: PullOptions): Promise<void> {
  if (entry.task !== "feature-extraction" || entry.derivedFrom === undefined) {
    return await fetchModel(entry, options);
  }
  const base = await findModel(entry.derivedFrom, options.store);
  await deriveModel(entry, await pullModel(base, options), options);
}

/** What fails is removed and forgotten: the next pull may bring another. An optimiser has tried what it made. */
async function tryModel(
  entry: ModelEntry,
  { model, tokenizer, tokenizerConfig }: LocatedModel,
  { check, store, signal }: PullOptions,
): Promise<void> {
  if (entry.task !== "feature-extraction" || entry.origin === "derived") return;
  try {
    await check?.({ graph: model, tokenizer, tokenizerConfig, maxTokens: entry.maxTokens, signal });
  } catch (error) {
    await removeModel(entry, { store });
    await store.forget(entry);
    throw error;
  }
}

async function fetchModel(entry: ModelEntry, options: PullOptions): Promise<void> {
  const { store, signal } = options;
  await store.blobs.prepare(await store.missing(entry));
  const faults: string[] = [];
  let isCorrupt = false;
  for (const source of sourcesOf(entry, options)) {
    const missing = await store.missing(entry);
    if (missing.length === 0) break;
    const fault = await attempt(
      entry,
      source,
      () => source.fetch(missing, deliveryTo(entry, source, options)),
      signal,
    );
    if (fault === undefined) continue;
    faults.push(`${source.name}: ${fault.message}`);
    isCorrupt ||= fault.kind === "corrupt";
    options.onProgress?.({ model: entry.name, source: source.name, phase: "failed", reason: fault.message });
  }
  if ((await store.missing(entry)).length > 0) throw allFailed(entry, faults, isCorrupt);
}

function sourcesOf(entry: ModelEntry, { directory, env = Deno.env.toObject() }: PullOptions): ModelSource[] {
  const offline = offlineFolder(env);
  return [
    ...(directory === undefined ? [] : [directorySource(directory, entry.name)]),
    ...entry.sources.map((source) => catalogueSource(source, env)),
    ...(offline === undefined || offline === directory ? [] : [directorySource(offline, entry.name)]),
  ];
}

function deliveryTo(
  entry: ModelEntry,
  source: ModelSource,
  { store, signal, onProgress }: PullOptions,
): Delivery {
  return {
    receive: (file, chunks, onBytes) => receiveFile({ store, entry }, file, chunks, onBytes),
    signal,
    mayLack: false,
    onProgress: (progress) => onProgress?.({ model: entry.name, source: source.name, ...progress }),
  };
}

async function attempt(
  entry: ModelEntry,
  source: ModelSource,
  fetch: () => Promise<void>,
  signal: AbortSignal,
): Promise<SourceFault | undefined> {
  try {
    signal.throwIfAborted();
    await fetch();
    return undefined;
  } catch (error) {
    if (signal.aborted) {
      const message = `Cannot go on pulling model "${entry.name}" from ${source.name}: it was cancelled`;
      throw new SelvedgeError("CANCELLED", message, { cause: error });
    }
    if (error instanceof SourceFault) return error;
    throw error;
  }
}

function allFailed(entry: ModelEntry, faults: readonly string[], isCorrupt: boolean): SelvedgeError {
  const advice = isCorrupt
    ? "Something on the way changes downloads (a proxy, a mirror, HF_ENDPOINT or npm's registry setting); nothing " +
      "wrong was kept"
    : "Check the network, the proxy, HF_ENDPOINT and npm's registry setting";
  return new SelvedgeError(
    isCorrupt ? "MODEL_CORRUPT" : "MODEL_UNREACHABLE",
    [
      `Cannot pull model "${entry.name}": no source gave all its files`,
      ...faults.map((fault) => `  ${fault}`),
      `${advice}; then pull again, or bring the files and run: selvedge models pull ${entry.name} --from FOLDER`,
    ].join("\n"),
  );
}
