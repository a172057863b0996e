/** Where the engine answers an {@linkcode EmbedRequest}: `POST`, JSON in, {@linkcode encodeEmbedReply} out. */
export const embedPath = "/embed";
/** Where the engine loads a model before it is needed: `POST {model}`, answers 204 when it is ready. */
export const loadPath = "/load";

/** Where the engine says in which folder a model's files are laid out: `POST {model}`, answers `{folder}`. */
export const modelFolderPath = "/model-folder";
/** Where the engine tells its metrics, in Prometheus' text format: `GET`. */
export const metricsPath = "/metrics";

/** Inputs that one request may carry: OpenAI's limit for one embeddings request. */
export const maxInputs = 2048;

/**
 * Who waits for an answer: `interactive` has a person behind it and goes first; `bulk` fills what is left, as fast
 * as it can.
 */
export type Priority = "interactive" | "bulk";

/** What an input is to a model that was trained to tell them apart; decides which prefix goes before the text. */
export type InputType = "query" | "passage";

/** How values come back: as they are, or one byte or one bit a dimension. */
export type EmbeddingOutput = "float" | "int8" | "binary";

/** How a long text is cut into pieces that overlap, counted in the model's tokens without the special ones. */
export interface Chunking {
  readonly tokens: number;
  /** Tokens that a piece shares with the one before it; less than `tokens`. */
  readonly overlap: number;
}

/** What to embed with one model. */
export interface EmbedRequest {
  readonly model: string;
  /** Texts, or token ids of the model's own tokenizer; special tokens are added where they lack. */
  readonly inputs: readonly (string | readonly number[])[];
  /** `true`: one vector an input. `false`: the hidden states of all tokens, flattened to tokens × dimensions. */
  readonly meanPool: boolean;
  /** Divide each row by its L2 norm. */
  readonly normalize: boolean;
  /** Puts the model's prefix for it before each text. Without it nothing is added. */
  readonly inputType?: InputType;
  /** Keeps the first so many dimensions of each vector, for models trained so (Matryoshka). */
  readonly dimensions?: number;
  /** Default `float`. */
  readonly output?: EmbeddingOutput;
  /** Whether an input longer than the model's limit is cut there (the default) or refused. */
  readonly truncate?: boolean;
  /** Cuts each text into pieces, each with a vector of its own. */
  readonly chunk?: Chunking;
  /** Default `interactive`, or `bulk` when there are more than 32 inputs. */
  readonly priority?: Priority;
  /** Whom the work is done for: callers share the engine fairly, whatever each asks. */
  readonly caller: string;
  /** Whether a model that is not on the machine is brought or made for this request. Default `false`. */
  readonly mayBringModel?: boolean;
  /** Whose cached vectors may answer: those of the same tenant only. */
  readonly tenant: string;
}

/** What became of one input, or of one piece of it. */
export interface EmbeddedRow {
  /** Which of the request's inputs it came from. */
  readonly input: number;
  /** Tokens that the model read, special tokens included. */
  readonly tokens: number;
  /** Whether the model's limit cut the text. */
  readonly truncated: boolean;
  /** The piece's range in the input, in UTF-16 units; set when the request asked for pieces. */
  readonly range?: readonly [start: number, end: number];
}

/** Where the time of a request went, in milliseconds. */
export interface EmbedTiming {
  readonly tokenizeMs: number;
  /** From the queue's door to the start of the last batch. */
  readonly queueMs: number;
  /** In ONNX Runtime, summed over the request's batches, each in the share of its tokens. */
  readonly runMs: number;
  readonly poolMs: number;
}

/** What goes before the values in the engine's reply. */
export interface EmbedReplyHead {
  /** The sha256 of the graph that made the vectors, which is their identity: never compare across two. */
  readonly digest: string;
  readonly output: EmbeddingOutput;
  readonly rows: readonly EmbeddedRow[];
  /** How many rows the cache answered. */
  readonly cachedRows: number;
  readonly timing: EmbedTiming;
}

/** The values of one row: `Float32Array` for `float`, `Int8Array` for `int8`, packed bits, first bit highest, for `binary`. */
export type RowValues = Float32Array | Int8Array | Uint8Array;

/** The engine's whole reply: one entry of `values` for each of `rows`. */
export interface EmbedReply extends EmbedReplyHead {
  readonly values: readonly RowValues[];
}

/** The body of every engine reply that is not a success. `code` is one of the closed list of error codes. */
export interface EngineFault {
  readonly code: string;
  readonly message: string;
  /** When to try again, if that can help. */
  readonly retryAfterSeconds?: number;
}

interface WireHead extends EmbedReplyHead {
  /** Bytes of each row's values, in order. */
  readonly lengths: readonly number[];
}

const alignment = 4;

/** Lays a reply out as little-endian `u32` bytes of the head, the head as JSON padded to four bytes, then all values. */
export function encodeEmbedReply({ values, ...head }: EmbedReply): Uint8Array<ArrayBuffer> {
  const wire: WireHead = { ...head, lengths: values.map((row) => row.byteLength) };
  const text = new TextEncoder().encode(JSON.stringify(wire));
  const start = aligned(4 + text.length);
  const bytes = new Uint8Array(start + wire.lengths.reduce((sum, length) => sum + length, 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let offset = start;
  for (const row of values) {
    bytes.set(new Uint8Array(row.buffer, row.byteOffset, row.byteLength), offset);
    offset += row.byteLength;
  }
  return bytes;
}

/**
 * Reads what {@linkcode encodeEmbedReply} wrote. The rows are views into `bytes`.
 *
 * @throws {RangeError} when the bytes are not exactly such a layout.
 */
export function decodeEmbedReply(bytes: ArrayBuffer): EmbedReply {
  const headBytes = new DataView(bytes).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(bytes, 4, headBytes));
  const { lengths, ...head }: WireHead = JSON.parse(text);
  let offset = aligned(4 + headBytes);
  const values = lengths.map((length) => {
    const row = view(bytes, offset, length, head.output);
    offset += length;
    return row;
  });
  if (offset !== bytes.byteLength) {
    throw new RangeError(`Cannot decode a reply: ${bytes.byteLength} bytes came, their head says ${offset}`);
  }
  return { ...head, values };
}

function view(bytes: ArrayBuffer, offset: number, length: number, output: EmbeddingOutput): RowValues {
  switch (output) {
    case "float":
      return new Float32Array(bytes, offset, length / 4);
    case "int8":
      return new Int8Array(bytes, offset, length);
    case "binary":
      return new Uint8Array(bytes, offset, length);
  }
}

function aligned(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}
