import { type EmbeddingEntry, findEmbeddingModel, type ModelStore } from "../models/index.ts";
import { isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import type { BatchRule, GraphFile } from "./onnx-messages.ts";
import type { OnnxThread } from "./onnx-thread.ts";
import type { Pooling } from "./pooling.ts";
import type { ResidentGraphs } from "./resident-graphs.ts";
import { Tokenizer } from "./tokenizer.ts";

/** A tokenizer definition is parsed at once; a larger one would hold up everybody. */
const maxTokenizerBytes = 64 * 1024 * 1024;

/** A model that lanes can run. */
export interface LoadedModel {
  readonly name: string;
  readonly graph: GraphFile;
  /** The sha256 of the graph: the identity of the vectors it makes. */
  readonly digest: string;
  readonly tokenizer: Tokenizer;
  /** The tokenizer's files, whose names are their digests. */
  readonly tokenizerFiles: string;
  readonly pooling: Pooling;
  readonly dimensions: number;
  readonly prefixes: { readonly query: string; readonly passage: string };
  /** Unknown until it was tried; then no text shares a batch. */
  batchRule: BatchRule | undefined;
}

/** A model that could not be brought is not tried again for so long: each try is a process and a download. */
const failureKeptMs = 60_000;

interface Known {
  readonly load: Promise<LoadedModel>;
  lastUsedAt: number;
}

/** What the registry works with. */
export interface RegistryParts {
  readonly store: ModelStore;
  readonly graphs: ResidentGraphs;
  /** The thread that has a model ready before it is first asked for. */
  readonly thread: OnnxThread;
  /** Brings a model's files to this machine. */
  readonly acquire: (name: string) => Promise<void>;
}

/** Loads models once, at first wish, and keeps them while they are used. A load that failed is tried again. */
export class ModelRegistry {
  readonly #known = new Map<string, Known>();
  readonly #failures = new Map<string, { readonly error: unknown; readonly at: number }>();

  constructor(private readonly parts: RegistryParts) {}

  /** Brings the model's files too, where they are missing. @throws {SelvedgeError} `MODEL_UNKNOWN` and others */
  async get(name: string): Promise<LoadedModel> {
    return await this.#open(name, () => this.#loadOrAcquire(name));
  }

  /** Like {@linkcode get}, of what is on disk. @throws {SelvedgeError} `MODEL_MISSING` */
  async getInstalled(name: string): Promise<LoadedModel> {
    return await this.#open(name, () => this.#load(name));
  }

  /** Forgets models that were not used for `idleMs`. */
  sweep(idleMs: number): void {
    for (const [name, { lastUsedAt }] of this.#known) {
      if (lastUsedAt < Date.now() - idleMs) this.#known.delete(name);
    }
  }

  #open(name: string, load: () => Promise<LoadedModel>): Promise<LoadedModel> {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { load: load(), lastUsedAt: 0 };
      this.#known.set(name, known);
      known.load.catch(() => this.#known.delete(name));
    }
    known.lastUsedAt = Date.now();
    return known.load;
  }

  async #loadOrAcquire(name: string): Promise<LoadedModel> {
    try {
      return await this.#load(name);
    } catch (error) {
      if (!isSelvedgeError(error) || error.code !== "MODEL_MISSING") throw error;
      await this.#acquire(name);
      return await this.#load(name);
    }
  }

  async #acquire(name: string): Promise<void> {
    const failure = this.#failures.get(name);
    if (failure !== undefined && Date.now() - failure.at < failureKeptMs) throw failure.error;
    try {
      await this.parts.acquire(name);
    } catch (error) {
      this.#failures.set(name, { error, at: Date.now() });
      throw error;
    }
  }

  async #load(name: string): Promise<LoadedModel> {
    const { store, graphs, thread } = this.parts;
    const entry = await findEmbeddingModel(name, store);
    const files = await store.locate(entry);
    const graph = { digest: files.modelSha256, path: files.model };
    const [tokenizer] = await Promise.all([
      readTokenizer(files, entry),
      graphs.lease(thread, graph).then((lease) => lease[Symbol.dispose](), refuse(name)),
    ]);
    const { pooling, dimensions, prefixes } = entry;
    return {
      name,
      graph,
      digest: graph.digest,
      tokenizer,
      tokenizerFiles: `${files.tokenizer} ${files.tokenizerConfig}`,
      pooling,
      dimensions,
      prefixes,
      batchRule: undefined,
    };
  }
}

function refuse(name: string): (error: unknown) => never {
  return (error) => {
    if (isSelvedgeError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SelvedgeError("MODEL_INVALID", `Cannot load model "${name}": ${reason}`, { cause: error });
  };
}

async function readTokenizer(
  files: { readonly tokenizer: string; readonly tokenizerConfig: string },
  { name, maxTokens }: EmbeddingEntry,
): Promise<Tokenizer> {
  const [definition, config] = await Promise.all(
    [files.tokenizer, files.tokenizerConfig].map(async (path) => {
      const { size } = await Deno.stat(path);
      if (size > maxTokenizerBytes) {
        throw new SelvedgeError(
          "MODEL_INVALID",
          `Cannot load model "${name}": its tokenizer has ${size} bytes`,
        );
      }
      return JSON.parse(await Deno.readTextFile(path));
    }),
  );
  return new Tokenizer(definition, config, maxTokens);
}
