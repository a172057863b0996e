/** ONNX files of a few nodes, written byte by byte: what a test needs of protobuf and no more. */

/** ONNX's numbers of the element types. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

type ElementType = keyof typeof elementTypes;
type Field = readonly [number: number, value: number | string | Uint8Array];

/** A node: its operator, its inputs, its output, and attributes that are whole numbers or lists of them. */
export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

/** An input or output: its name, its type and its dimensions, of which those with a name are free. */
export type GraphPort = readonly [name: string, type: ElementType, shape: readonly (number | string)[]];

/** A graph that gives its input `x`, one dimension of any length, as its output `y`. */
export function identityGraph(type: ElementType): Uint8Array<ArrayBuffer> {
  const node = { operator: "Identity", inputs: ["x"], output: "y" };
  return onnxGraph([["x", type, ["n"]]], [["y", type, ["n"]]], [node]);
}

/** A graph that casts its input `x` to another type. */
export function castGraph(from: ElementType, to: ElementType): Uint8Array<ArrayBuffer> {
  const node = { operator: "Cast", inputs: ["x"], output: "y", attributes: { to: elementTypes[to] } };
  return onnxGraph([["x", from, ["n"]]], [["y", to, ["n"]]], [node]);
}

/** A graph of these nodes, in the eleventh version of the operators. */
export function onnxGraph(
  inputs: readonly GraphPort[],
  outputs: readonly GraphPort[],
  nodes: readonly GraphNode[],
): Uint8Array<ArrayBuffer> {
  const graph = message([
    ...nodes.map((node): Field => [1, encoded(node)]),
    [2, "test"],
    ...inputs.map((input): Field => [11, port(input)]),
    ...outputs.map((output): Field => [12, port(output)]),
  ]);
  return message([[1, 6], [7, graph], [8, message([[1, ""], [2, 11]])]]);
}

function encoded({ operator, inputs, output, attributes = {} }: GraphNode): Uint8Array {
  return message([
    ...inputs.map((input): Field => [1, input]),
    [2, output],
    [4, operator],
    ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)]),
  ]);
}

function attribute(name: string, value: number | readonly number[]): Uint8Array {
  return typeof value === "number"
    ? message([[1, name], [3, value], [20, 2]])
    : message([[1, name], ...value.map((item): Field => [8, item]), [20, 7]]);
}

function port([name, type, shape]: GraphPort): Uint8Array {
  const dims = shape.map((dim): Field => [1, message([typeof dim === "number" ? [1, dim] : [2, dim]])]);
  const tensor = message([[1, elementTypes[type]], [2, message(dims)]]);
  return message([[1, name], [2, message([[1, tensor]])]]);
}

function message(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(fields.flatMap(([number, value]) => {
    if (typeof value === "number") return [...varint(number << 3), ...varint(value)];
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return [...varint(number << 3 | 2), ...varint(bytes.length), ...bytes];
  }));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...varint(value >>> 7)];
}
