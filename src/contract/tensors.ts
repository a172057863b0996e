import { SelvedgeError } from "./errors.ts";

/** The typed array that holds a tensor's elements, by the tensor's type; `string` has an array of strings. */
const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

type NumericType = keyof typeof arrays;

/** The element types that cross between a function and the engine. */
export type TensorType = NumericType | "string";

/** A tensor's elements, row by row. */
export type TensorData = NumericData | readonly string[];

/** Elements that are numbers. */
export type NumericData =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor as plain data. */
export interface TensorValue {
  readonly type: TensorType;
  readonly dims: readonly number[];
  /** As many elements as the product of `dims`; a `bool` is a byte, 0 or 1. */
  readonly data: TensorData;
}

/** Tensors by the name of a graph's input or output. */
export type TensorMap = Readonly<Record<string, TensorValue>>;

/** More dimensions than any operator of ONNX gives a meaning to. */
const maxRank = 32;

/**
 * Makes a tensor of what a caller gave: a typed array of the type's own kind is taken as it is, the bits of a
 * `float16` may come as a Uint16Array, and a plain array is converted.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when the type is not one that can be had, or data and dims disagree
 */
export function tensorValue(type: string, data: unknown, dims?: readonly number[]): TensorValue {
  if (!isTensorType(type)) {
    const hint = type === "bfloat16" ? "cast it to float32, in the graph too; " : "";
    const known = [...Object.keys(arrays), "string"].join(", ");
    throw invalid(`no tensor has the type "${type}": ${hint}the types are ${known}`);
  }
  const elements = type === "string" ? strings(data) : numbers(type, data);
  const shape = dims ?? [elements.length];
  const size = sizeOf(shape);
  if (size !== elements.length) {
    throw invalid(`dims [${shape.join(", ")}] are ${size} elements, and ${elements.length} came`);
  }
  return { type, data: elements, dims: [...shape] };
}

/**
 * The number of elements of a tensor.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when `dims` are not a list of whole numbers that a tensor can have
 */
export function sizeOf(dims: readonly number[]): number {
  if (
    !Array.isArray(dims) || dims.length > maxRank || !dims.every((dim) => Number.isInteger(dim) && dim >= 0)
  ) {
    throw invalid(`dims ${JSON.stringify(dims)} are not a list of at most ${maxRank} whole numbers from 0`);
  }
  const size = dims.reduce((product, dim) => product * dim, 1);
  // Without this a zero beside a huge dimension would hide it.
  if (dims.some((dim) => dim > 2 ** 32) || size > 2 ** 32) {
    throw invalid(`dims [${dims.join(", ")}] are too large`);
  }
  return size;
}

/** The bytes of a tensor that is not of strings. */
export function bytesOf(data: NumericData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Views aligned bytes as the elements of a type.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when the bytes are no whole number of elements
 */
export function elementsOf(type: NumericType, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const { BYTES_PER_ELEMENT: elementBytes } = arrays[type];
  if (bytes.byteLength % elementBytes !== 0) {
    throw invalid(`${bytes.byteLength} bytes are no whole number of ${type} elements`);
  }
  return new arrays[type](bytes.buffer, bytes.byteOffset, bytes.byteLength / elementBytes);
}

/** Whether `type` is one of {@linkcode TensorType}. */
export function isTensorType(type: unknown): type is TensorType {
  return typeof type === "string" && (type === "string" || Object.hasOwn(arrays, type));
}

function strings(data: unknown): readonly string[] {
  if (Array.isArray(data) && data.every((text) => typeof text === "string")) return data;
  throw invalid("a tensor of strings is made of an array of strings");
}

function numbers(type: NumericType, data: unknown): NumericData {
  const kind = arrays[type];
  if (data instanceof kind) return data;
  if (type === "float16" && data instanceof Uint16Array) {
    return new Float16Array(data.buffer, data.byteOffset, data.length);
  }
  // Bytes of pixels come clamped.
  if (type === "uint8" && data instanceof Uint8ClampedArray) {
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  }
  if (!Array.isArray(data)) throw invalid(`a tensor of ${type} is made of a ${kind.name} or an array`);
  try {
    if (type === "int64") return BigInt64Array.from(data, (value) => BigInt(value));
    if (type === "uint64") return BigUint64Array.from(data, (value) => BigInt(value));
    return new (kind as Exclude<typeof kind, typeof BigInt64Array | typeof BigUint64Array>)(data.map(Number));
  } catch (error) {
    throw invalid(`not every element is a number of type ${type}: ${error}`);
  }
}

function invalid(why: string): SelvedgeError {
  return new SelvedgeError("INPUT_INVALID", `Cannot make a tensor: ${why}`);
}
