import { array, check, integer, literal, minValue, number, parse, picklist, pipe } from "valibot";
import { type InferOutput, readonly, regex, strictObject, string, variant } from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import document from "./catalogue.json" with { type: "json" };

const count = pipe(number(), integer(), minValue(1));
const sha256 = pipe(string(), regex(/^[0-9a-f]{64}$/));

/** Three files make a model; each role occurs once. */
const roles = ["model", "tokenizer", "tokenizerConfig"] as const;

const fileSchema = strictObject({
  role: picklist(roles),
  /** Path inside every source, with forward slashes. */
  path: pipe(string(), regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/)),
  bytes: count,
  sha256,
});

/**
 * Where the bytes can be had. A hub source names a commit of a repository, an npm source a folder (`root`)
 * inside a published package. Either may change under its name: the digest of each file is what holds the bytes.
 */
const sourceSchema = variant("kind", [
  strictObject({
    kind: literal("hub"),
    repository: string(),
    revision: pipe(string(), regex(/^[0-9a-f]{40}$/)),
  }),
  strictObject({
    kind: literal("npm"),
    package: string(),
    version: string(),
    root: string(),
    tarballBytes: count,
  }),
]);

const entrySchema = strictObject({
  name: pipe(string(), regex(/^[a-z0-9][a-z0-9.-]*$/)),
  task: literal("embedding"),
  /** SPDX identifier of the weights' licence. */
  licence: string(),
  dimensions: count,
  /** Longest input in tokens, special tokens included; what is longer is cut there. */
  maxTokens: count,
  pooling: picklist(["mean", "cls"]),
  /** Text the model was trained to see before a query and before a passage; empty where it needs none. */
  prefixes: strictObject({ query: string(), passage: string() }),
  files: pipe(
    array(fileSchema),
    check((files) => roles.every((role) => files.filter((file) => file.role === role).length === 1)),
    check((files) => files.length === roles.length),
    readonly(),
  ),
  /** Tried in this order. */
  sources: pipe(array(sourceSchema), check((sources) => sources.length > 0), readonly()),
});

/** One model of the catalogue. */
export type ModelEntry = Readonly<InferOutput<typeof entrySchema>>;
/** One file of a model: what it is for, its size in bytes and the digest that proves it. */
export type ModelFile = Readonly<InferOutput<typeof fileSchema>>;
/** What a file is for. */
export type FileRole = ModelFile["role"];
/** A place the catalogue names for a model's files. */
export type CatalogueSource = Readonly<InferOutput<typeof sourceSchema>>;

/**
 * Every model Selvedge knows, the default one first. Add a model in `catalogue.json`; nothing else names models.
 */
export const catalogue: readonly ModelEntry[] =
  parse(strictObject({ models: array(entrySchema) }), document).models;

/**
 * The entry of exactly that name.
 *
 * @throws MODEL_UNKNOWN with the closest name and every name there is.
 */
export function findModel(name: string): ModelEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const names = catalogue.map((candidate) => candidate.name);
  const wanted = name.toLowerCase();
  const closest = names.toSorted((a, b) => editDistance(wanted, a) - editDistance(wanted, b))[0] ?? "";
  const hint = editDistance(wanted, closest) <= closest.length / 2 ? ` (closest is "${closest}")` : "";
  throw new SelvedgeError(
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
