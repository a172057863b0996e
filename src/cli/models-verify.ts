import { SelvedgeError } from "../contract/index.ts";
import {
  everyModel,
  type FileVerdict,
  findModel,
  type ModelEntry,
  ModelStore,
  verifyModel,
} from "../models/index.ts";
import { onInterrupt } from "./interruption.ts";
import { printTable } from "./table.ts";

/**
 * `selvedge models verify`: reads files again and compares digests, of the named models or of all on disk.
 *
 * @throws MODEL_CORRUPT or MODEL_MISSING when one is not as it should be.
 */
export async function verifyModels(names: readonly string[]): Promise<void> {
  const store = new ModelStore();
  using interruption = onInterrupt();
  const entries = names.length > 0
    ? await Promise.all(names.map((name) => findModel(name, store)))
    : await installed(store);
  const wrong: string[] = [];
  let isCorrupt = false;
  for (const entry of entries) {
    const verdicts = await verifyModel(entry, { store, signal: interruption.signal });
    printTable(
      [entry.name, "", ""],
      verdicts.map((verdict) => [`  ${verdict.file.path}`, ...describe(verdict)]),
    );
    if (verdicts.some(({ state }) => state !== "ok")) wrong.push(entry.name);
    isCorrupt ||= verdicts.some(({ state }) => state === "corrupt");
  }
  if (entries.length === 0) console.log("No model is on disk");
  if (wrong.length > 0) throw cannotVouch(wrong, isCorrupt);
}

/** Models with any weights on disk: one that lost its tokenizer must be found, not passed over. */
async function installed(store: ModelStore): Promise<ModelEntry[]> {
  const models = await everyModel(store);
  const present = await Promise.all(models.map(async (entry) => {
    const missing = await store.missing(entry);
    return !missing.some(({ role }) => role === "model");
  }));
  return models.filter((_, index) => present[index]);
}

function describe({ state, file, found }: FileVerdict): string[] {
  if (found === undefined) return [state, ""];
  return [
    "corrupt, removed",
    `expected ${file.bytes} bytes, sha256 ${file.sha256}; found ${found.bytes} bytes, sha256 ${found.sha256}`,
  ];
}

function cannotVouch(names: readonly string[], isCorrupt: boolean): SelvedgeError {
  const quoted = names.map((name) => `"${name}"`).join(", ");
  return new SelvedgeError(
    isCorrupt ? "MODEL_CORRUPT" : "MODEL_MISSING",
    `Cannot vouch for ${quoted}: the files above are missing or were corrupt and have been removed; run: ` +
      `selvedge models pull ${names.join(" ")}`,
  );
}
