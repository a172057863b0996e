import { SelvedgeError } from "../contract/index.ts";
import { catalogue } from "./catalogue.ts";
import type { EmbeddingEntry, ModelEntry } from "./catalogue-schema.ts";
import { derivedSuffix, deriveEntry, isOptimisable } from "./derived-entry.ts";
import { ModelStore } from "./store.ts";

/**
 * The model of exactly that name: of the catalogue, or added on this machine, or `NAME-int8` of either, whose
 * graph a pull makes out of NAME's.
 *
 * @throws MODEL_UNKNOWN with the closest name and every name there is; MODEL_INVALID when NAME of `NAME-int8` is
 * no fp32 embedding model.
 */
export async function findModel(name: string, store = new ModelStore()): Promise<ModelEntry> {
  const models = [...catalogue, ...await store.added.list()];
  const entry = models.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const base = models.find((candidate) => candidate.name + derivedSuffix === name);
  if (base === undefined) throw unknown(name, models.map((candidate) => candidate.name));
  if (isOptimisable(base)) return deriveEntry(base);
  const kind = base.task === "feature-extraction" ? `${base.precision} already` : `for ${base.task}`;
  throw new SelvedgeError(
    "MODEL_INVALID",
    `Cannot make model "${name}": "${base.name}" is ${kind}; expected an fp32 embedding model`,
  );
}

/**
 * The embedding model of exactly that name, as {@linkcode findModel} finds it.
 *
 * @throws also INPUT_INVALID when the model is for another task.
 */
export async function findEmbeddingModel(name: string, store?: ModelStore): Promise<EmbeddingEntry> {
  const entry = await findModel(name, store);
  if (entry.task === "feature-extraction") return entry;
  throw new SelvedgeError(
    "INPUT_INVALID",
    `Cannot embed with model "${name}": it is for ${entry.task}; expected a model for feature-extraction`,
  );
}

/** Every model there is a name for: the catalogue's, those added here, and int8 ones once made here. */
export async function everyModel(store: ModelStore): Promise<ModelEntry[]> {
  const models = [...catalogue, ...await store.added.list()];
  const names = new Set(models.map(({ name }) => name));
  for (const base of models.filter(isOptimisable)) {
    const derived = deriveEntry(base);
    if (!names.has(derived.name) && await store.isRecorded(derived)) models.push(derived);
  }
  return models;
}

function unknown(name: string, names: readonly string[]): SelvedgeError {
  const wanted = name.toLowerCase();
  const closest = names.toSorted((a, b) => editDistance(wanted, a) - editDistance(wanted, b))[0] ?? "";
  const hint = editDistance(wanted, closest) <= closest.length / 2 ? ` (closest is "${closest}")` : "";
  return new SelvedgeError(
    "MODEL_UNKNOWN",
    `Cannot find model "${name}": no such name in the catalogue${hint}; the names are ${names.join(", ")}`,
  );
}

/** Levenshtein distance: single characters added, dropped or replaced to make `from` into `to`. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
