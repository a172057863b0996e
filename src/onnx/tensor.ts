import { type TensorData, tensorValue } from "../contract/index.ts";

/** The types that a plain array stands for when no type is given. */
const arrayTypes: Readonly<Record<string, string>> = {
  Float32Array: "float32",
  Float64Array: "float64",
  Float16Array: "float16",
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Int16Array: "int16",
  Uint16Array: "uint16",
  Int32Array: "int32",
  Uint32Array: "uint32",
  BigInt64Array: "int64",
  BigUint64Array: "uint64",
};

/**
 * A tensor, as ONNX Runtime's JavaScript interface has it.
 *
 * @example
 * ```ts
 * const { Tensor } = globalThis[Symbol.for("onnxruntime")];
 * const ids = new Tensor("int64", [101n, 102n], [1, 2]);
 * ```
 */
export class Tensor {
  readonly type: string;
  readonly data: TensorData;
  dims: number[];
  readonly location = "cpu";

  /**
   * Takes type, data and dims; or data and dims, where a typed array says the type.
   *
   * @throws {SelvedgeError} `INPUT_INVALID` when they disagree
   */
  constructor(
    ...given: [type: string, data: unknown, dims?: readonly number[]] | [
      data: object,
      dims?: readonly number[],
    ]
  ) {
    const [type, data, dims] = typeof given[0] === "string"
      ? [given[0], given[1], given[2]]
      : [typeOf(given[0]), given[0], given[1] as readonly number[] | undefined];
    const value = tensorValue(type, data, dims);
    this.type = value.type;
    this.data = value.data;
    this.dims = [...value.dims];
  }

  /** The number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** The elements, at once: they never lie on another device. */
  getData(): Promise<TensorData> {
    return Promise.resolve(this.data);
  }

  /** A tensor of the same elements in other dimensions. */
  reshape(dims: readonly number[]): Tensor {
    return new Tensor(this.type, this.data, dims);
  }

  /** Does nothing: memory is freed when nobody holds the tensor. */
  dispose(): void {}
}

function typeOf(data: object): string {
  if (Array.isArray(data)) {
    return typeof data[0] === "string" ? "string" : typeof data[0] === "boolean" ? "bool" : "float32";
  }
  return arrayTypes[data.constructor.name] ?? data.constructor.name;
}
