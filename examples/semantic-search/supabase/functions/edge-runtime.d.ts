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
      /** Puts the prefix before the text that the model was trained with, if any. Default: none. */
      input_type?: "query" | "passage";
      /** Keeps the first so many dimensions, for models trained so (Matryoshka). */
      dimensions?: number;
      /**
       * `float` (default); `int8`: each value in 127ths of the vector's largest; `binary`: one bit a dimension, set
       * where it is positive, eight to a number, the first dimension in the highest bit.
       */
      output?: "float" | "int8" | "binary";
      /** `false` rejects a text longer than the model's limit with `INPUT_TOO_LONG`; by default it is cut there. */
      truncate?: boolean;
      /** Who goes first: `interactive` (default up to 32 texts) before `bulk` (default beyond, and with `chunk`). */
      priority?: "interactive" | "bulk";
      /** Cancels the work; `run` then rejects with the signal's reason. */
      signal?: AbortSignal;
    }

    /** A vector, and what is known of it. */
    interface Embedding {
      embedding: number[];
      /** Tokens that the model read, special tokens included. */
      tokens: number;
      /** Whether the model's limit cut the text. */
      truncated: boolean;
      /** sha256 of the graph that made it. Keep it with the vector: those of two graphs must not be compared. */
      digest: string;
    }

    /** A piece of a text, with its range in the text. */
    interface Chunk extends Embedding {
      text: string;
      start: number;
      end: number;
    }

    /** Asks for {@linkcode Embedding}s instead of bare numbers. */
    interface DetailedOptions extends EmbeddingOptions {
      details: true;
    }

    /** Asks for pieces of at most `tokens` tokens, cut between words; each shares up to `overlap` with the last. */
    interface ChunkOptions extends EmbeddingOptions {
      chunk: { tokens: number; overlap: number };
    }

    /**
     * An embedding model. The constructor starts loading it and never throws; an unknown name is said by `run`.
     *
     * @example
     * ```ts
     * const session = new Supabase.ai.Session("gte-small");
     * const vector = await session.run("Luke, I am your father.");
     * const vectors = await session.run(["one text", "and another"]);
     * const pieces = await session.run(book, { chunk: { tokens: 256, overlap: 32 } });
     * ```
     */
    class Session {
      readonly model: string;
      /** Settles when the model is loaded. `run` waits for it by itself. */
      readonly init: Promise<void>;
      constructor(model: string);
      /** The pieces of a text, each with its embedding. */
      run(prompt: string, options: ChunkOptions): Promise<Chunk[]>;
      /** The pieces of several texts, in their order. */
      run(prompt: readonly string[], options: ChunkOptions): Promise<Chunk[][]>;
      /** The embedding of a text, with its tokens and the graph that made it. */
      run(prompt: string, options: DetailedOptions): Promise<Embedding>;
      /** The same of several texts, in their order. */
      run(prompt: readonly string[], options: DetailedOptions): Promise<Embedding[]>;
      /**
       * The embedding of a text: a plain array of numbers, 384 of them for `gte-small`.
       *
       * Rejects with an error whose `code` is `MODEL_UNKNOWN`, `MODEL_MISSING`, `INPUT_INVALID`, `INPUT_TOO_LONG`,
       * `ENGINE_BUSY` (then `retryAfterSeconds` says when to come again) or `ENGINE_UNAVAILABLE`; its `retryable`
       * says whether trying again can help.
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
