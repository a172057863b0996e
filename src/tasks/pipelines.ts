import { relative } from "node:path";
import { type GraphSource, isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import { type EngineConnection, onnxRuntime, onnxRuntimeKey, standIn } from "../onnx/index.ts";
import { currentAsker } from "./asker.ts";
import { dtypesIn } from "./dtypes.ts";
// The library's own import of it comes after standIn, from when on Deno takes native modules for text.
import "sharp";

type Transformers = typeof import("@huggingface/transformers");
/** A task of transformers.js with its model, tokenizer and processor loaded. */
export type LoadedPipeline = Awaited<ReturnType<Transformers["pipeline"]>>;

/** Tokenizers and configurations are kept in memory, a few megabytes each; the one unused for longest goes. */
const maxLoaded = 16;

/** Loads pipelines of transformers.js over the engine's sessions, once each, from the store's folders alone. */
export class Pipelines {
  readonly #loaded = new Map<string, Promise<LoadedPipeline>>();

  private constructor(
    /** The library, set up. */
    readonly library: Transformers,
    private readonly folderOf: (model: string) => Promise<string>,
    /** Models by folder. */
    private readonly folders: Map<string, string>,
  ) {}

  /** Sets the library up; once a process. */
  static async open(
    connection: EngineConnection,
    folderOf: (model: string) => Promise<string>,
  ): Promise<Pipelines> {
    const folders = new Map<string, string>();
    const value = onnxRuntime({
      connection,
      caller: () => currentAsker()?.caller ?? "tasks",
      signal: () => currentAsker()?.signal,
      sourceOf: (path) => sourceOf(path, folders),
      // Whisper's encoder gives 220 MB of them for half a minute, and no task reads them.
      isOfUse: (output) => !output.startsWith("encoder_attentions"),
    });
    Object.defineProperty(globalThis, onnxRuntimeKey, { value });
    // The library imports it even where it does not use it: 45 MB of native code.
    standIn({ "onnxruntime-node": "{}" });
    const library = await import("@huggingface/transformers");
    Object.assign(library.env, {
      allowRemoteModels: false,
      allowLocalModels: true,
      useFSCache: false,
      useBrowserCache: false,
      // Its log shows callers' inputs; what it throws says enough.
      logLevel: library.LogLevel.NONE,
    });
    return new Pipelines(library, folderOf, folders);
  }

  /** @throws {SelvedgeError} `MODEL_UNKNOWN`, `MODEL_MISSING`; `INPUT_INVALID` when the model is not for the task */
  load(task: string, model: string): Promise<LoadedPipeline> {
    const key = `${task} ${model}`;
    const loading = this.#loaded.get(key) ?? this.#load(task, model);
    this.#loaded.delete(key);
    this.#loaded.set(key, loading);
    loading.catch(() => this.#loaded.delete(key));
    for (const oldest of [...this.#loaded.keys()].slice(0, -maxLoaded)) this.#loaded.delete(oldest);
    return loading;
  }

  async #load(task: string, model: string): Promise<LoadedPipeline> {
    const folder = await this.folderOf(model);
    this.folders.set(folder, model);
    try {
      const dtype = await dtypesIn(folder);
      return await this.library.pipeline(task as "feature-extraction", folder, { device: "auto", dtype });
    } catch (cause) {
      if (isSelvedgeError(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SelvedgeError("INPUT_INVALID", `Cannot do "${task}" with model "${model}": ${why}`, {
        cause,
      });
    }
  }
}

function sourceOf(path: string, folders: ReadonlyMap<string, string>): GraphSource {
  for (const [folder, model] of folders) {
    if (path.startsWith(`${folder}/`)) return { model, path: relative(folder, path) };
  }
  throw new Error(`Our fault: ${path} is in no model's folder`);
}
