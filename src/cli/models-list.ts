import { everyModel, formatBytes, isInstalled, type ModelEntry, ModelStore } from "../models/index.ts";
import { printTable } from "./table.ts";

/** One model as `models list -o json` prints it. */
interface ListedModel {
  readonly name: string;
  readonly task: string;
  readonly dimensions: number | null;
  readonly maxTokens: number | null;
  readonly licence: string;
  /** Null while nobody knows. */
  readonly bytes: number | null;
  /**
   * What holds the bytes: `pinned` by the catalogue, `recorded` at the first fetch, `added` by the user;
   * `unverified` when the first fetch will take what comes, `derived` when it will be made here.
   */
  readonly digest: "pinned" | "recorded" | "added" | "unverified" | "derived";
  readonly isOnDisk: boolean;
}

/** `selvedge models list`: every model there is a name for, as a table or as JSON. */
export async function listModels({ output }: { output: "table" | "json" }): Promise<void> {
  const store = new ModelStore();
  const models = await Promise.all((await everyModel(store)).map((entry) => listed(entry, store)));
  if (output === "json") return console.log(JSON.stringify(models, null, 2));
  printTable(
    ["NAME", "TASK", "DIMENSIONS", "MAX TOKENS", "LICENCE", "SIZE", "DIGEST", "ON DISK"],
    models.map((model) => [
      model.name,
      model.task,
      String(model.dimensions ?? "-"),
      String(model.maxTokens ?? "-"),
      model.licence === "NOASSERTION" ? "-" : model.licence,
      model.bytes === null ? "-" : formatBytes(model.bytes),
      model.digest,
      model.isOnDisk ? "yes" : "no",
    ]),
  );
}

/** What the model's files weigh together, or null where one's size is not known yet. */
export async function sizeOf(entry: ModelEntry, store: ModelStore): Promise<number | null> {
  const sizes = (await store.filesOf(entry)).map(({ bytes }) => bytes);
  return sizes.reduce((sum, bytes) => sum === null || bytes === null ? null : sum + bytes, 0);
}

async function listed(entry: ModelEntry, store: ModelStore): Promise<ListedModel> {
  const isEmbedding = entry.task === "feature-extraction";
  return {
    name: entry.name,
    task: entry.task,
    dimensions: isEmbedding ? entry.dimensions : null,
    maxTokens: isEmbedding ? entry.maxTokens : null,
    licence: entry.licence,
    bytes: await sizeOf(entry, store),
    digest: await digestOf(entry, store),
    isOnDisk: await isInstalled(entry, store),
  };
}

async function digestOf(entry: ModelEntry, store: ModelStore): Promise<ListedModel["digest"]> {
  if (entry.origin === "added") return "added";
  if (entry.files.every(({ sha256 }) => sha256 !== null)) return "pinned";
  if ((await store.filesOf(entry)).every(({ sha256 }) => sha256 !== null)) return "recorded";
  return entry.origin === "derived" ? "derived" : "unverified";
}
