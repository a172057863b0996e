import { type EmbeddingEntry, findEmbeddingModel, type ModelStore } from "../models/index.ts";
import type { OnnxThread } from "./onnx-thread.ts";
import { Tokenizer } from "./tokenizer.ts";

/** A model that every thread can run. */
export interface LoadedModel {
  readonly entry: EmbeddingEntry;
  readonly tokenizer: Tokenizer;
  /** The sha256 of the graph: the identity of the vectors it makes. */
  readonly digest: string;
}

/** Loads models once, at first wish, and keeps them. A load that failed is tried again at the next wish. */
export class ModelLoader {
  readonly #loads = new Map<string, Promise<LoadedModel>>();

  constructor(private readonly store: ModelStore, private readonly threads: readonly OnnxThread[]) {}

  /** @throws {SelvedgeError} `MODEL_UNKNOWN`, `MODEL_MISSING`, or `INPUT_INVALID` for a model of another task */
  load(name: string): Promise<LoadedModel> {
    const known = this.#loads.get(name);
    if (known !== undefined) return known;
    const load = this.#load(name);
    this.#loads.set(name, load);
    load.catch(() => this.#loads.delete(name));
    return load;
  }

  async #load(name: string): Promise<LoadedModel> {
    const entry = await findEmbeddingModel(name, this.store);
    const files = await this.store.locate(entry);
    const [tokenizer] = await Promise.all([
      readTokenizer(files, entry.maxTokens),
      ...this.threads.map((thread) => thread.load(name, files.model)),
    ]);
    return { entry, tokenizer, digest: files.modelSha256 };
  }
}

async function readTokenizer(
  files: { readonly tokenizer: string; readonly tokenizerConfig: string },
  maxTokens: number,
): Promise<Tokenizer> {
  const [definition, config] = await Promise.all(
    [files.tokenizer, files.tokenizerConfig].map(async (path) => JSON.parse(await Deno.readTextFile(path))),
  );
  return new Tokenizer(definition, config, maxTokens);
}
