import type { EmbeddingOutput, RowValues } from "../contract/index.ts";

/**
 * Encodes a row for its caller. `int8`: every value in 127ths of the row's largest, so that cosines hold but
 * lengths do not. `binary`: one bit a value, set where it is positive, the first value in the highest bit.
 */
export function encodeOutput(row: Float32Array, output: EmbeddingOutput): RowValues {
  switch (output) {
    case "float":
      return row;
    case "int8":
      return toInt8(row);
    case "binary":
      return toBits(row);
  }
}

function toInt8(row: Float32Array): Int8Array {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  const scale = largest === 0 ? 0 : 127 / largest;
  return Int8Array.from(row, (value) => Math.round(value * scale));
}

function toBits(row: Float32Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(row.length / 8));
  for (let index = 0; index < row.length; index++) {
    if (row[index]! > 0) bits[index >> 3]! |= 0x80 >> (index & 7);
  }
  return bits;
}
