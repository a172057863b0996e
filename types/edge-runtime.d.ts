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

    /**
     * Asks for pieces of at most `tokens` tokens, the special ones not counted, cut between words; each shares up to
     * `overlap` with the last.
     */
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

    /** An option of every call of a pipeline. */
    interface CallOptions {
      /** Cancels the work; the call then rejects with the signal's reason. */
      signal?: AbortSignal;
    }
    /** An image file: PNG, JPEG, WebP, GIF, AVIF or TIFF. */
    type ImageFile = Blob | Uint8Array;
    /** Mono samples at 16 kHz, or a WAV file. */
    type Sound = Float32Array | Blob | Uint8Array;

    interface FeatureOptions extends CallOptions {
      /** Default `mean`. `none` gives a vector for each token. */
      pooling?: "mean" | "cls" | "none";
      /** Divide by the L2 norm (default `true`). */
      normalize?: boolean;
    }
    interface FeatureExtraction {
      (text: string, options: FeatureOptions & { pooling: "none" }): Promise<number[][]>;
      (text: string, options?: FeatureOptions): Promise<number[]>;
      (texts: readonly string[], options: FeatureOptions & { pooling: "none" }): Promise<number[][][]>;
      (texts: readonly string[], options?: FeatureOptions): Promise<number[][]>;
    }

    interface Label {
      label: string;
      /** From 0 to 1. */
      score: number;
    }
    interface TextClassification {
      (text: string, options: CallOptions & { top_k: number | null }): Promise<Label[]>;
      (text: string, options?: CallOptions): Promise<Label>;
      (texts: readonly string[], options: CallOptions & { top_k: number | null }): Promise<Label[][]>;
      (texts: readonly string[], options?: CallOptions): Promise<Label[]>;
    }

    interface ZeroShotOptions extends CallOptions {
      /** Score each label by itself (default `false`: the scores add up to 1). */
      multi_label?: boolean;
      /** Default `This example is {}.` */
      hypothesis_template?: string;
    }
    interface ZeroShotResult {
      sequence: string;
      /** Best first. */
      labels: string[];
      scores: number[];
    }
    interface ZeroShotClassification {
      (text: string, labels: string | readonly string[], options?: ZeroShotOptions): Promise<ZeroShotResult>;
      (
        texts: readonly string[],
        labels: string | readonly string[],
        options?: ZeroShotOptions,
      ): Promise<ZeroShotResult[]>;
    }

    interface TokenOptions extends CallOptions {
      /** Labels to leave out (default `["O"]`). */
      ignore_labels?: string[];
      /** `simple` joins the tokens of one entity (default `none`). */
      aggregation_strategy?: "none" | "simple";
    }
    interface Token {
      word: string;
      score: number;
      index?: number;
      /** The token's label; with `aggregation_strategy: "simple"`, see `entity_group`. */
      entity?: string;
      entity_group?: string;
    }
    interface TokenClassification {
      (text: string, options?: TokenOptions): Promise<Token[]>;
      (texts: readonly string[], options?: TokenOptions): Promise<Token[][]>;
    }

    interface Ranked {
      /** The document's place in the list that was given. */
      index: number;
      /** From 0 to 1. */
      score: number;
    }
    /** Documents by how well each answers the query, best first. */
    type Rerank = (
      query: string,
      documents: readonly string[],
      options?: CallOptions & { top_k?: number },
    ) => Promise<Ranked[]>;

    interface ImageFeatureExtraction {
      (image: ImageFile, options?: CallOptions): Promise<number[]>;
      (images: readonly ImageFile[], options?: CallOptions): Promise<number[][]>;
    }

    interface SpeechOptions extends CallOptions {
      /** Such as `en`; heard in the sound unless given. */
      language?: string;
      /** `translate` gives English whatever was spoken. */
      task?: "transcribe" | "translate";
      return_timestamps?: boolean | "word";
    }
    interface Transcript {
      text: string;
      /** With `return_timestamps`; in seconds. */
      chunks?: { text: string; timestamp: [number, number | null] }[];
    }
    type SpeechRecognition = (sound: Sound, options?: SpeechOptions) => Promise<Transcript>;

    /** What {@linkcode pipeline} gives for each task. */
    interface Pipelines {
      "feature-extraction": FeatureExtraction;
      "text-classification": TextClassification;
      "zero-shot-classification": ZeroShotClassification;
      "token-classification": TokenClassification;
      "rerank": Rerank;
      "image-feature-extraction": ImageFeatureExtraction;
      "automatic-speech-recognition": SpeechRecognition;
    }

    /**
     * A task done by a model of `selvedge models`; resolves when it is ready.
     *
     * Rejects with an error whose `code` is `INPUT_INVALID`, `INPUT_TOO_LONG`, `MODEL_UNKNOWN`, `MODEL_MISSING`,
     * `ENGINE_BUSY` or `ENGINE_UNAVAILABLE`, as do the calls of what it gives.
     *
     * @example
     * ```ts
     * const classify = await Supabase.ai.pipeline("zero-shot-classification", "nli-deberta-v3-xsmall");
     * const { labels, scores } = await classify("The match was a draw", ["sport", "politics"]);
     * ```
     */
    function pipeline<Task extends keyof Pipelines>(task: Task, model: string): Promise<Pipelines[Task]>;
  }
}

declare namespace EdgeRuntime {
  /** Keeps the function's process until `task` settles, beyond the response; returns `task`. */
  function waitUntil<Value>(task: Promise<Value>): Promise<Value>;
}
