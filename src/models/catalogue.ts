import { parse } from "valibot";
import { catalogueSchema, type EmbeddingEntry, type ModelEntry } from "./catalogue-schema.ts";
import document from "./catalogue.json" with { type: "json" };
import { deriveEntry, isOptimisable } from "./derived-entry.ts";

/**
 * Every model Selvedge knows, the default one first, those made out of another last. Add a model in
 * `catalogue.json`; nothing else names models.
 */
export const catalogue: readonly ModelEntry[] = readCatalogue();

function readCatalogue(): ModelEntry[] {
  const { models, optimised } = parse(catalogueSchema, document);
  const derived = optimised.map(({ derivedFrom, bytes, sha256 }) => {
    const pinned = bytes === null || sha256 === null ? undefined : { bytes, sha256 };
    return deriveEntry(baseOf(models, derivedFrom), pinned);
  });
  return [...models, ...derived];
}

function baseOf(models: readonly ModelEntry[], name: string): EmbeddingEntry {
  const base = models.find((entry) => entry.name === name);
  if (base !== undefined && isOptimisable(base)) return base;
  throw new Error(`Our fault: the catalogue optimises "${name}", which is no fp32 embedding model of it`);
}
