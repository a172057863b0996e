/** ONNX files of a node, written byte by byte: what a test needs of protobuf and no more. */

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

/** A graph that gives its input `x`, one dimension of any length, as its output `y`. */
export function identityGraph(type: keyof typeof elementTypes): Uint8Array<ArrayBuffer> {
  return model("Identity", elementTypes[type], elementTypes[type]);
}

/** A graph that casts its input `x` to another type. */
export function castGraph(
  from: keyof typeof elementTypes,
  to: keyof typeof elementTypes,
): Uint8Array<ArrayBuffer> {
  const target = message([[1, "to"], [3, elementTypes[to]], [20, 2]]);
  return model("Cast", elementTypes[from], elementTypes[to], [[5, target]]);
}

type Field = readonly [number: number, value: number | string | Uint8Array];

function model(
  operator: string,
  from: number,
  to: number,
  attributes: Field[] = [],
): Uint8Array<ArrayBuffer> {
  const node = message([[1, "x"], [2, "y"], [4, operator], ...attributes]);
  const graph = message([[1, node], [2, "test"], [11, port("x", from)], [12, port("y", to)]]);
  const operators = message([[1, ""], [2, 13]]);
  return message([[1, 8], [7, graph], [8, operators]]);
}

function port(name: string, type: number): Uint8Array {
  const shape = message([[1, message([[2, "n"]])]]);
  const tensor = message([[1, type], [2, shape]]);
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
