import {
  array,
  check,
  integer,
  literal,
  minValue,
  nullable,
  number,
  optional,
  picklist,
  pipe,
} from "valibot";
import { type InferOutput, readonly, regex, strictObject, string, variant } from "valibot";

const count = pipe(number(), integer(), minValue(1));
const sha256 = pipe(string(), regex(/^[0-9a-f]{64}$/));
const modelName = pipe(string(), regex(/^[a-z0-9][a-z0-9.-]*$/));

/** The files every model has, each once; what else it needs is `extra` and found by its path. */
export const requiredRoles = ["model", "tokenizer", "tokenizerConfig", "config"] as const;

/** The size and digest of a file, as a record keeps them. */
export const digestSchema = strictObject({ bytes: count, sha256 });

/**
 * `bytes` and `sha256` are null together where nobody could verify the file: its digest is then recorded at the
 * first fetch and held from then on.
 */
const fileSchema = pipe(
  strictObject({
    role: picklist([...requiredRoles, "extra"]),
    /** Path inside every source, with forward slashes. */
    path: pipe(string(), regex(/^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/)),
    bytes: nullable(count),
    sha256: nullable(sha256),
  }),
  check(({ bytes, sha256 }) => (bytes === null) === (sha256 === null)),
);

/**
 * Where the bytes can be had. A hub source names a commit of a repository (or `main`, where no commit could be
 * verified), an npm source a folder (`root`) inside a published package. Either may change under its name: the
 * digest of each file is what holds the bytes.
 */
const sourceSchema = variant("kind", [
  strictObject({
    kind: literal("hub"),
    repository: string(),
    revision: pipe(string(), regex(/^[\w.-]+$/)),
  }),
  strictObject({
    kind: literal("npm"),
    package: string(),
    version: string(),
    root: string(),
    tarballBytes: nullable(count),
  }),
]);

const filesSchema = pipe(
  array(fileSchema),
  check((files) => requiredRoles.every((role) => files.filter((file) => file.role === role).length === 1)),
  check((files) => new Set(files.map(({ path }) => path)).size === files.length),
  readonly(),
);

const shared = {
  name: modelName,
  /** `added` for a model of the user's own, `derived` for one whose graph is made here out of another's. */
  origin: optional(picklist(["catalogue", "added", "derived"]), "catalogue"),
  /** SPDX identifier of the weights' licence; `NOASSERTION` for a model of the user's own. */
  licence: string(),
  files: filesSchema,
  /** Tried in this order. */
  sources: pipe(array(sourceSchema), readonly()),
};

const embeddingSchema = strictObject({
  ...shared,
  task: literal("feature-extraction"),
  dimensions: count,
  /** Longest input in tokens, special tokens included; what is longer is cut there. */
  maxTokens: count,
  pooling: picklist(["mean", "cls", "last"]),
  /** What the weights are kept in. */
  precision: picklist(["fp32", "int8"]),
  /** Text the model was trained to see before a query and before a passage; empty where it needs none. */
  prefixes: strictObject({ query: string(), passage: string() }),
  /** Shorter lengths that a vector may be cut to, where the model was trained for it. */
  matryoshka: optional(pipe(array(count), readonly()), []),
  /** The model whose graph was optimised to make this one's. */
  derivedFrom: optional(modelName),
});

const otherSchema = strictObject({
  ...shared,
  task: picklist([
    "rerank",
    "text-classification",
    "zero-shot-classification",
    "token-classification",
    "image-feature-extraction",
    "automatic-speech-recognition",
  ]),
});

/** One model, as the catalogue and the record of an added one describe it. */
export const entrySchema = variant("task", [embeddingSchema, otherSchema]);

/** The whole catalogue: models to fetch, and int8 graphs made on this machine out of one of them. */
export const catalogueSchema = strictObject({
  models: array(entrySchema),
  optimised: array(
    strictObject({ derivedFrom: modelName, bytes: nullable(count), sha256: nullable(sha256) }),
  ),
});

/** A model that turns texts into vectors. */
export type EmbeddingEntry = Readonly<InferOutput<typeof embeddingSchema>>;
/** One model, of whatever task. */
export type ModelEntry = EmbeddingEntry | Readonly<InferOutput<typeof otherSchema>>;
/** One file of a model: what it is for, and its size in bytes and digest where they are known. */
export type ModelFile = Readonly<InferOutput<typeof fileSchema>>;
/** The size and the digest of a file. */
export type FileDigest = Readonly<InferOutput<typeof digestSchema>>;
/** A file whose digest the catalogue pins or this machine recorded. */
export type KnownFile = ModelFile & FileDigest;
/** A role that every model has a file for. */
export type RequiredRole = (typeof requiredRoles)[number];
/** A place the catalogue names for a model's files. */
export type CatalogueSource = Readonly<InferOutput<typeof sourceSchema>>;

/** Whether it is known what the file must be. */
export function isKnown(file: ModelFile): file is KnownFile {
  return file.sha256 !== null;
}

/** The file of a role that every model has. */
export function fileOf<File extends ModelFile>(files: readonly File[], role: RequiredRole): File {
  const file = files.find((candidate) => candidate.role === role);
  if (file === undefined) throw new Error(`Our fault: a model has no ${role} though its schema checks it`);
  return file;
}
