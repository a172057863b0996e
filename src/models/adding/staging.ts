import { dirname, join } from "node:path";
import { SelvedgeError } from "../../contract/index.ts";
import type { FileDigest, ModelFile, RequiredRole } from "../catalogue-schema.ts";
import type { Environment } from "../places.ts";
import type { PullProgress } from "../pull.ts";
import { writeProved } from "../receive.ts";
import { type ModelSource, SourceFault } from "../source.ts";
import type { ModelStore } from "../store.ts";

/** A file of a model that is looked at before anything trusts it. */
export type StagedFile = ModelFile & FileDigest;

/** A model's files in a folder of their own, which goes when it is disposed. */
export interface Staging extends AsyncDisposable {
  readonly folder: string;
  readonly files: readonly StagedFile[];
}

/** What staging needs. */
export interface StagingOptions {
  readonly name: string;
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly env?: Environment;
}

const configurations = [
  wish("config", "config.json"),
  wish("tokenizer", "tokenizer.json"),
  wish("tokenizerConfig", "tokenizer_config.json"),
  ...["1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"].map((path) =>
    wish("extra", path)
  ),
];
/** Where a graph may lie; the first found is taken. */
const graphs = ["onnx/model.onnx", "model.onnx", "onnx/model_quantized.onnx"];

/**
 * Brings a model's files from a source into a folder of the store's disk. Each is bounded by what its purpose
 * allows; nothing is trusted yet.
 *
 * @throws MODEL_INVALID when a file every model needs is not there; MODEL_UNREACHABLE when the source cannot be
 * read, MODEL_CORRUPT when what it gives is no such file.
 */
export async function stageModel(source: ModelSource, options: StagingOptions): Promise<Staging> {
  await options.store.blobs.prepare([]);
  const folder = options.store.blobs.partFolder();
  const remove = () => Deno.remove(folder, { recursive: true });
  await Deno.mkdir(folder);
  try {
    const files = await stageFiles(source, folder, options);
    return { folder, files, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function stageFiles(
  source: ModelSource,
  folder: string,
  options: StagingOptions,
): Promise<StagedFile[]> {
  const staged = new Map<string, StagedFile>();
  const [first, ...others] = source.isOnePass ? [graphs] : graphs.map((path) => [path]);
  await fetchInto(staged, [...configurations, ...first!.flatMap(graphWishes)], source, folder, options);
  for (const paths of others) {
    if (lacks(staged, "model")) {
      await fetchInto(staged, paths.flatMap(graphWishes), source, folder, options);
    }
  }
  const lost = [
    ...configurations.filter(({ role }) => role !== "extra" && lacks(staged, role)).map(({ path }) => path),
    ...(lacks(staged, "model") ? [graphs.join(" or ")] : []),
  ];
  if (lost.length === 0) return withOneGraph([...staged.values()]);
  throw new SelvedgeError(
    "MODEL_INVALID",
    `Cannot add model "${options.name}" from ${source.name}: it has no ${lost.join(", no ")}`,
  );
}

async function fetchInto(
  staged: Map<string, StagedFile>,
  wanted: readonly ModelFile[],
  source: ModelSource,
  folder: string,
  { name, signal, onProgress }: StagingOptions,
): Promise<void> {
  try {
    await source.fetch(wanted, {
      signal,
      mayLack: true,
      onProgress: (progress) => onProgress?.({ model: name, source: source.name, ...progress }),
      receive: async (file, chunks, onBytes) => {
        const path = join(folder, file.path);
        await Deno.mkdir(dirname(path), { recursive: true });
        using part = await Deno.open(path, { write: true, createNew: true });
        staged.set(file.path, { ...file, ...await writeProved(file, chunks, part, onBytes) });
      },
    });
  } catch (error) {
    throw asSelvedgeError(error, `Cannot add model "${name}" from ${source.name}`, signal);
  }
}

function asSelvedgeError(error: unknown, attempt: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new SelvedgeError("CANCELLED", `${attempt}: it was cancelled`, { cause: error });
  if (!(error instanceof SourceFault)) return error;
  const code = error.kind === "corrupt" ? "MODEL_CORRUPT" : "MODEL_UNREACHABLE";
  return new SelvedgeError(code, `${attempt}: ${error.message}`, { cause: error });
}

/** Leaves out the graphs that came along in one pass and are not the one taken. */
function withOneGraph(files: readonly StagedFile[]): StagedFile[] {
  const taken = graphs.find((graph) => files.some(({ path }) => path === graph));
  const unwanted = graphs.filter((path) => path !== taken).flatMap(graphWishes).map(({ path }) => path);
  return files.filter(({ path }) => !unwanted.includes(path));
}

function lacks(staged: ReadonlyMap<string, StagedFile>, role: RequiredRole): boolean {
  return ![...staged.values()].some((file) => file.role === role);
}

/** A graph, and the file beside it that holds its weights where they are above two gigabytes. */
function graphWishes(path: string): ModelFile[] {
  return [wish("model", path), wish("extra", `${path}_data`)];
}

function wish(role: ModelFile["role"], path: string): ModelFile {
  return { role, path, bytes: null, sha256: null };
}
