import { SelvedgeError } from "../contract/index.ts";
import type { EngineClient } from "./engine-client.ts";

/** Options of {@linkcode EmbeddingSession.run}; the names are the contract's. */
export interface RunOptions {
  /** One vector a text (the default), or all tokens' hidden states, flattened to tokens × dimensions. */
  readonly mean_pool?: boolean;
  /** Divide by the L2 norm (the default). With `mean_pool: false`, by one norm for the whole matrix. */
  readonly normalize?: boolean;
  /** Cancels the work. */
  readonly signal?: AbortSignal;
}

/** `Supabase.ai.Session`: the contract's class, bound to this process's engine. */
export function sessionClass(engine: EngineClient) {
  return class Session {
    readonly model: string;
    /** Settles when the model is loaded. Awaiting it is optional: `run` waits by itself. */
    readonly init: Promise<void>;
    readonly is_ext_inference_api = false;
    readonly inferenceAPIHost: string | undefined;

    /** Starts loading the model. Never throws: an unknown name is said by `run`. */
    constructor(model: string) {
      this.model = model;
      this.init = engine.load(model);
      this.init.catch(() => "run() says it to the caller");
    }

    async run(prompt: string | readonly string[], options: RunOptions = {}): Promise<number[] | number[][]> {
      const texts = typeof prompt === "string" ? [prompt] : prompt;
      if (!Array.isArray(texts) || !texts.every((text) => typeof text === "string")) {
        throw new SelvedgeError(
          "INPUT_INVALID",
          `Cannot run "${this.model}" on ${described(prompt)}: give a string or an array of strings`,
        );
      }
      const { mean_pool: meanPool = true, normalize = true, signal } = options;
      const { values } = await engine.embed(
        { model: this.model, inputs: texts, meanPool, normalize, caller: "function", tenant: "functions" },
        signal,
      );
      const rows = values.map((row) => Array.from(row));
      return typeof prompt === "string" ? rows[0]! : rows;
    }
  };
}

function described(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value)
    ? "an array that holds other things than strings"
    : `a value of type ${typeof value}`;
}
