import ort from "onnxruntime-node";
import type { TensorMap, TensorValue } from "../contract/index.ts";

/** Makes ONNX Runtime's tensors of plain data, by name. */
export function nativeTensors(tensors: TensorMap): Record<string, ort.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, nativeTensor(value)]));
}

/** Makes plain data of ONNX Runtime's tensors, by name. */
export function plainTensors(tensors: Readonly<Record<string, ort.OnnxValue>>): TensorMap {
  return Object.fromEntries(
    Object.entries(tensors).map((
      [name, { type, data, dims }],
    ) => [name, { type, data, dims } as TensorValue]),
  );
}

/** The memory of tensors: sent along it changes hands, and copying takes longer than most graphs. */
export function buffersOf(tensors: TensorMap): ArrayBuffer[] {
  const buffers = Object.values(tensors).map(({ data }) => "buffer" in data ? data.buffer : undefined);
  return [...new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer))];
}

function nativeTensor({ type, data, dims }: TensorValue): ort.Tensor {
  const tensor = new ort.Tensor(type as "float32", data as Float32Array, dims);
  // The native library takes the bits of a half float as they are, not JavaScript's array of them.
  if (data instanceof Float16Array) {
    Object.assign(tensor, { cpuData: new Uint16Array(data.buffer, data.byteOffset, data.length) });
  }
  return tensor;
}
