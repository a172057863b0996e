import { type EmbedRequest, SelvedgeError } from "../contract/index.ts";
import { chunkRanges } from "./chunks.ts";
import type { LoadedModel } from "./model-registry.ts";
import type { Encoding } from "./tokenizer.ts";

/** Rows that one request may ask for. */
const maxRows = 16_384;

/** One row to be: an input, or a piece of one. */
export interface PlannedRow {
  readonly input: number;
  readonly range?: readonly [start: number, end: number];
  /** What the model reads: the prefix and the text, or token ids. */
  readonly source: string | readonly number[];
}

/**
 * The rows of a request, in order, each planned when it is asked for.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when token ids are to be cut into pieces, `INPUT_TOO_LONG` when there
 *   would be too many pieces
 */
export function* planRows(request: EmbedRequest, model: LoadedModel): Generator<PlannedRow> {
  const prefix = request.inputType === undefined ? "" : model.prefixes[request.inputType];
  let rows = 0;
  for (const [input, given] of request.inputs.entries()) {
    for (const piece of pieces(given, request, model)) {
      if (++rows > maxRows) {
        throw new SelvedgeError(
          "INPUT_TOO_LONG",
          `Cannot embed more than ${maxRows} pieces in one request: send fewer texts or larger pieces`,
        );
      }
      const { source } = piece;
      yield { ...piece, input, source: typeof source === "string" ? prefix + source : source };
    }
  }
}

/**
 * The tokens of a planned row.
 *
 * @throws {SelvedgeError} `INPUT_TOO_LONG` when the request forbids to cut; `INPUT_INVALID` for unknown tokens
 */
export function encodeRow(
  { source, input }: PlannedRow,
  request: EmbedRequest,
  model: LoadedModel,
): Encoding {
  const { tokenizer } = model;
  const encoding = typeof source === "string" ? tokenizer.encode(source) : tokenizer.frame(source);
  if (encoding.truncated && request.truncate === false) {
    throw new SelvedgeError(
      "INPUT_TOO_LONG",
      `Cannot embed input ${input} whole: "${model.name}" reads at most ${tokenizer.maxTokens} tokens`,
    );
  }
  return encoding;
}

function* pieces(
  given: string | readonly number[],
  { chunk }: EmbedRequest,
  { tokenizer }: LoadedModel,
): Generator<Omit<PlannedRow, "input">> {
  // A half of a surrogate pair stands for no character.
  const source = typeof given === "string" ? given.toWellFormed() : given;
  if (chunk === undefined) return yield { source };
  if (typeof source !== "string") {
    throw new SelvedgeError("INPUT_INVALID", "Cannot cut token ids into pieces: give the text");
  }
  for (const [start, end] of chunkRanges(source, tokenizer, chunk)) {
    yield { source: source.slice(start, end), range: [start, end] };
  }
}
