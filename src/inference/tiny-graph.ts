/**
 * For tests: ONNX graphs of a few hundred bytes, written field by field as `onnx.proto` numbers them. Each looks up
 * a table of vectors by token id, so that its output is known.
 */

/** What makes one tiny graph differ from another. */
export interface TinyGraph {
  /** Names of the inputs, the first of which is looked up; all int64 of `[batch, sequence]`. */
  readonly inputs?: readonly string[];
  readonly output?: string;
  /** The vectors, one a token id. */
  readonly table?: readonly (readonly number[])[];
  /** An operator put behind the look-up, with one input and one output. */
  readonly then?: string;
}

const elementTypes = { float: 1, int64: 7 };

/** The bytes of an ONNX file. */
export function tinyGraph(
  {
    inputs = ["input_ids", "attention_mask"],
    output = "last_hidden_state",
    table = [[1, 2], [3, 4], [5, 6], [7, 8]],
    then = "Identity",
  }: TinyGraph = {},
): Uint8Array<ArrayBuffer> {
  const columns = table[0]!.length;
  const weights = new Uint8Array(Float32Array.from(table.flat()).buffer);
  const tensor = [
    ...number(1, table.length),
    ...number(1, columns),
    ...number(2, elementTypes.float),
    ...text(8, "table"),
    ...bytes(9, weights),
  ];
  const graph = [
    ...bytes(1, node("Gather", ["table", inputs[0]!], "found")),
    ...bytes(1, node(then, ["found"], output)),
    ...text(2, "tiny"),
    ...bytes(5, tensor),
    ...inputs.flatMap((name) => bytes(11, value(name, elementTypes.int64, ["batch", "sequence"]))),
    ...bytes(12, value(output, elementTypes.float, ["batch", "sequence", columns])),
  ];
  const operatorSet = number(2, 13);
  return Uint8Array.from([...number(1, 8), ...bytes(7, graph), ...bytes(8, operatorSet)]);
}

function node(operator: string, inputs: readonly string[], output: string): number[] {
  return [...inputs.flatMap((name) => text(1, name)), ...text(2, output), ...text(4, operator)];
}

function value(name: string, elementType: number, shape: readonly (string | number)[]): number[] {
  const dimensions = shape.flatMap((size) =>
    bytes(1, typeof size === "string" ? text(2, size) : number(1, size))
  );
  const tensorType = [...number(1, elementType), ...bytes(2, dimensions)];
  return [...text(1, name), ...bytes(2, bytes(1, tensorType))];
}

function number(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function bytes(field: number, content: ArrayLike<number>): number[] {
  return [...varint(field << 3 | 2), ...varint(content.length), ...Array.from(content)];
}

function text(field: number, content: string): number[] {
  return bytes(field, new TextEncoder().encode(content));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 | 128, ...varint(Math.floor(value / 128))];
}

/** For tests: a `tokenizer.json` that knows two words. */
export const tinyTokenizer = JSON.stringify({
  version: "1.0",
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "Whitespace" },
  post_processor: null,
  decoder: null,
  model: { type: "WordLevel", vocab: { "[UNK]": 0, weaving: 1, cloth: 2 }, unk_token: "[UNK]" },
});
/** For tests: its `tokenizer_config.json`. */
export const tinyTokenizerConfig = JSON.stringify({
  tokenizer_class: "PreTrainedTokenizerFast",
  unk_token: "[UNK]",
});
