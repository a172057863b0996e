import { SelvedgeError } from "../contract/index.ts";
import { type EmbeddingEntry, type FileDigest, fileOf, isKnown } from "./catalogue-schema.ts";
import { measureFile } from "./measure-file.ts";
import { removePart } from "./receive.ts";
import type { LocatedModel, ModelStore } from "./store.ts";

/** What an optimiser is given: the files of an fp32 model, and where to write the int8 graph. */
export interface OptimiseJob {
  readonly graph: string;
  readonly config: string;
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
  readonly target: string;
  /** How the model's vectors are pooled. */
  readonly pooling: EmbeddingEntry["pooling"];
  readonly signal: AbortSignal;
}

/** What an optimiser made, and how near its vectors come to the fp32 model's. */
export interface OptimisedGraph extends FileDigest {
  readonly cosine: { readonly firstPercentile: number; readonly worst: number };
}

/** Makes an int8 graph, the same bytes whenever it is given the same files. */
export type OptimiseModel = (job: OptimiseJob) => Promise<OptimisedGraph>;

/** What making a model needs. */
export interface DeriveOptions {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly optimise?: OptimiseModel;
}

/**
 * Makes the graph of a derived model out of the one it is derived from, and puts it into the store. The first time
 * its digest is recorded; whenever it is made again it must be the same.
 *
 * @throws MODEL_CORRUPT when another graph came than the recorded or pinned one; what the optimiser throws.
 */
export async function deriveModel(
  entry: EmbeddingEntry,
  base: LocatedModel,
  { store, signal, optimise }: DeriveOptions,
): Promise<void> {
  const graph = fileOf(await store.filesOf(entry), "model");
  if (await store.blobs.has(graph)) return;
  if (optimise === undefined) {
    throw new Error(`Our fault: model "${entry.name}" is to be made, and nothing was given to make it`);
  }
  await store.blobs.prepare([graph]);
  const target = store.blobs.partOf(graph);
  try {
    const { model, config, tokenizer, tokenizerConfig } = base;
    const { pooling } = entry;
    await optimise({ graph: model, config, tokenizer, tokenizerConfig, target, pooling, signal });
    const made = await measureFile(target, signal);
    if (made === undefined) throw new Error(`Our fault: the optimiser of "${entry.name}" wrote nothing`);
    const held = isKnown(graph) ? graph : await store.record(entry, graph, made);
    if (held.sha256 !== made.sha256) throw anotherGraph(entry, held, made);
    await Deno.rename(target, store.blobs.pathOf(made));
  } catch (error) {
    await removePart(target);
    throw error;
  }
}

function anotherGraph({ name }: EmbeddingEntry, held: FileDigest, made: FileDigest): SelvedgeError {
  return new SelvedgeError(
    "MODEL_CORRUPT",
    `Cannot make model "${name}": expected ${held.bytes} bytes with sha256 ${held.sha256}, came ` +
      `${made.bytes} bytes with sha256 ${made.sha256}; if the optimiser has changed since, run: ` +
      `selvedge models rm ${name} --forget, and make it again`,
  );
}
