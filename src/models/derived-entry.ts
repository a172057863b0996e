import { type EmbeddingEntry, type FileDigest, fileOf, type ModelEntry } from "./catalogue-schema.ts";

/** What a model's name ends with when its graph is made on this machine out of another's. */
export const derivedSuffix = "-int8";

/** Whether an int8 graph can be made out of the model's. */
export function isOptimisable(entry: ModelEntry): entry is EmbeddingEntry & { readonly precision: "fp32" } {
  return entry.task === "feature-extraction" && entry.precision === "fp32";
}

/**
 * The model that optimising `base` gives: the same in all but its graph, which no source has. Its digest is
 * recorded when it is first made, unless `pinned` says what it must be.
 */
export function deriveEntry(base: EmbeddingEntry, pinned?: FileDigest): EmbeddingEntry {
  const graph = {
    role: "model",
    path: "onnx/model_int8.onnx",
    bytes: pinned?.bytes ?? null,
    sha256: pinned?.sha256 ?? null,
  } as const;
  const shared = (["tokenizer", "tokenizerConfig", "config"] as const).map((role) =>
    fileOf(base.files, role)
  );
  return {
    ...base,
    name: base.name + derivedSuffix,
    origin: "derived",
    precision: "int8",
    derivedFrom: base.name,
    files: [graph, ...shared],
  };
}
