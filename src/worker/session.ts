import { type Chunking, type EmbeddingOutput, type EmbedReply, SelvedgeError } from "../contract/index.ts";
import type { InputType, Priority } from "../contract/index.ts";
import type { EngineClient } from "./engine-client.ts";

/** Functions of one project may see each other's cached vectors: they share its secrets anyway. */
const tenant = "functions";

/** Options of {@linkcode sessionClass}' `run`; the first two names are the contract's. */
export interface RunOptions {
  /** One vector a text (the default), or all tokens' hidden states, flattened to tokens × dimensions. */
  readonly mean_pool?: boolean;
  /** Divide by the L2 norm (the default). With `mean_pool: false`, by one norm for the whole matrix. */
  readonly normalize?: boolean;
  readonly input_type?: InputType;
  readonly dimensions?: number;
  readonly output?: EmbeddingOutput;
  /** `false` refuses a text that the model would cut. */
  readonly truncate?: boolean;
  /** Cuts each text into pieces; `run` then gives the pieces. */
  readonly chunk?: Chunking;
  readonly priority?: Priority;
  /** `run` then gives an {@linkcode Embedding} for each text instead of its numbers. */
  readonly details?: boolean;
  /** Cancels the work. */
  readonly signal?: AbortSignal;
}

/** A vector, and what is known of it. */
export interface Embedding {
  readonly embedding: number[];
  /** Tokens that the model read, special tokens included. */
  readonly tokens: number;
  readonly truncated: boolean;
  /** sha256 of the graph that made it: vectors of two graphs must not be compared. */
  readonly digest: string;
}

/** A piece of a text, with its range in UTF-16 units. */
export interface Chunk extends Embedding {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

type Result = number[] | Embedding | Chunk[];

/** `Supabase.ai.Session`: the contract's class, bound to this process's engine. `caller` is the function's name. */
export function sessionClass(engine: EngineClient, caller: string) {
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

    async run(prompt: string | readonly string[], options: RunOptions = {}): Promise<Result | Result[]> {
      const inputs = typeof prompt === "string" ? [prompt] : prompt;
      if (!Array.isArray(inputs) || !inputs.every((text) => typeof text === "string")) {
        throw new SelvedgeError(
          "INPUT_INVALID",
          `Cannot run "${this.model}" on ${described(prompt)}: give a string or an array of strings`,
        );
      }
      if (typeof options !== "object" || options === null) {
        throw new SelvedgeError("INPUT_INVALID", `Cannot run "${this.model}": give its options as an object`);
      }
      const { mean_pool: meanPool = true, normalize = true, input_type, dimensions, output } = options;
      const { truncate, chunk, priority, details = false, signal } = options;
      const reply = await engine.embed(
        {
          ...{ model: this.model, inputs, meanPool, normalize, inputType: input_type, dimensions, output },
          ...{ truncate, chunk, priority, caller, tenant, mayBringModel: true },
        },
        signal,
      );
      const results = chunk === undefined ? rows(reply, details) : chunks(reply, inputs);
      return typeof prompt === "string" ? results[0]! : results;
    }
  };
}

function rows(reply: EmbedReply, hasDetails: boolean): Result[] {
  return reply.values.map((_, index) =>
    hasDetails ? embedding(reply, index) : Array.from(reply.values[index]!)
  );
}

function chunks(reply: EmbedReply, inputs: readonly string[]): Chunk[][] {
  const pieces = inputs.map((): Chunk[] => []);
  for (const [index, { input, range }] of reply.rows.entries()) {
    const [start, end] = range!;
    pieces[input]!.push({ text: inputs[input]!.slice(start, end), start, end, ...embedding(reply, index) });
  }
  return pieces;
}

function embedding({ values, rows, digest }: EmbedReply, index: number): Embedding {
  const { tokens, truncated } = rows[index]!;
  return { embedding: Array.from(values[index]!), tokens, truncated, digest };
}

function described(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value)
    ? "an array that holds other things than strings"
    : `a value of type ${typeof value}`;
}
