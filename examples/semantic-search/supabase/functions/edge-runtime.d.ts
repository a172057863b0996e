/**
 * The globals of a Supabase edge function as Selvedge runs it, for editors and `deno check`. A function names this
 * file in its first line: `/// <reference types="../edge-runtime.d.ts" />`. `selvedge functions new` writes both.
 */

declare namespace Supabase {
  namespace ai {
    /** Options of {@linkcode Session.run} for an embedding model. */
    interface EmbeddingOptions {
      /** One vector a text (default `true`), or all tokens' hidden states, flattened to tokens × dimensions. */
      mean_pool?: boolean;
      /** Divide by the L2 norm (default `true`). With `mean_pool: false`, by one norm for the whole matrix. */
      normalize?: boolean;
      /** Cancels the work; `run` then rejects with the signal's reason. */
      signal?: AbortSignal;
    }

    /**
     * An embedding model. The constructor starts loading it and never throws; an unknown name is said by `run`.
     *
     * @example
     * ```ts
     * const session = new Supabase.ai.Session("gte-small");
     * const vector = await session.run("Luke, I am your father.");
     * const vectors = await session.run(["one text", "and another"]);
     * ```
     */
    class Session {
      readonly model: string;
      /** Settles when the model is loaded. `run` waits for it by itself. */
      readonly init: Promise<void>;
      constructor(model: string);
      /**
       * The embedding of a text: a plain array of numbers, 384 of them for `gte-small`.
       *
       * Rejects with an error whose `code` is `MODEL_UNKNOWN`, `MODEL_MISSING`, `INPUT_INVALID`, `ENGINE_BUSY` or
       * `ENGINE_UNAVAILABLE`; its `retryable` says whether trying again can help.
       */
      run(prompt: string, options?: EmbeddingOptions): Promise<number[]>;
      /** The embeddings of several texts, in their order. */
      run(prompt: readonly string[], options?: EmbeddingOptions): Promise<number[][]>;
    }
  }
}

declare namespace EdgeRuntime {
  /** Keeps the function's process until `task` settles, beyond the response; returns `task`. */
  function waitUntil<Value>(task: Promise<Value>): Promise<Value>;
}
