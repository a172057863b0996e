import type { Linear } from "./bert.ts";

/** Joins linears with the same input into one: their columns side by side. */
export function sideBySide(linears: readonly Linear[]): Linear {
  const [{ input, inputs }] = linears as [Linear];
  const outputs = linears.reduce((sum, linear) => sum + linear.outputs, 0);
  const weights = new Float32Array(inputs * outputs);
  const bias = new Float32Array(outputs);
  let start = 0;
  for (const linear of linears) {
    bias.set(linear.bias, start);
    for (let row = 0; row < inputs; row++) {
      const values = linear.weights.subarray(row * linear.outputs, (row + 1) * linear.outputs);
      weights.set(values, row * outputs + start);
    }
    start += linear.outputs;
  }
  return { input, inputs, outputs, weights, bias };
}

/** The same linear for inputs that lack `offset`: what it would have added becomes a part of the bias. */
export function absorbOffset(linear: Linear, offset: Float32Array): Linear {
  const bias = Float64Array.from(linear.bias);
  for (let row = 0; row < linear.inputs; row++) {
    for (let column = 0; column < linear.outputs; column++) {
      bias[column]! += offset[row]! * linear.weights[row * linear.outputs + column]!;
    }
  }
  return { ...linear, bias: Float32Array.from(bias) };
}

/** The same linear for inputs of which each was divided by its factor. */
export function scaleRows(linear: Linear, factors: Float32Array): Linear {
  const weights = linear.weights.slice();
  for (let row = 0, index = 0; row < linear.inputs; row++) {
    const factor = factors[row]!;
    for (const end = index + linear.outputs; index < end; index++) weights[index]! *= factor;
  }
  return { ...linear, weights };
}

/** The linear whose outputs, without a bias, are those of `linear` divided by the factors. */
export function divideColumns(linear: Linear, factors: Float32Array): Linear {
  const weights = linear.weights.slice();
  for (let index = 0; index < weights.length;) {
    for (let column = 0; column < linear.outputs; column++, index++) weights[index]! /= factors[column]!;
  }
  return { ...linear, weights };
}

/** The sum of two vectors. */
export function sum(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, index) => value + right[index]!);
}

/** Divides each value of `left` by the one of `right`. */
export function quotient(left: Float32Array, right: Float32Array): Float32Array {
  return left.map((value, index) => value / right[index]!);
}

/** The greatest magnitude in each row of a matrix with so many columns. */
export function rowMagnitudes(values: Float32Array, columns: number): Float32Array {
  const magnitudes = new Float32Array(values.length / columns);
  for (let row = 0, index = 0; row < magnitudes.length; row++) {
    let greatest = 0;
    for (const end = index + columns; index < end; index++) {
      const magnitude = Math.abs(values[index]!);
      if (magnitude > greatest) greatest = magnitude;
    }
    magnitudes[row] = greatest;
  }
  return magnitudes;
}

/** Values in signed bytes, and the scales that make them floats again. */
export interface ScaledBytes {
  readonly bytes: Int8Array;
  readonly scales: Float32Array;
}

/** Each row's greatest magnitude becomes 127. */
export function quantiseRows(values: Float32Array, columns: number): ScaledBytes {
  const scales = rowMagnitudes(values, columns).map((magnitude) => magnitude / 127 || 1);
  const bytes = new Int8Array(values.length);
  for (let row = 0, index = 0; row < scales.length; row++) {
    const scale = scales[row]!;
    for (const end = index + columns; index < end; index++) bytes[index] = Math.round(values[index]! / scale);
  }
  return { bytes, scales };
}

/**
 * Each column as large as it may be for a product with bytes in the 16 bits that machines without VNNI have: they
 * multiply two neighbouring bytes (0 … 255) with the weights of two neighbouring rows, and cut the sum off at 32767.
 * So of two such weights, those of one sign add up to 128 at most, one of which rounding may take; and each fits its
 * own byte. This leaves a third more room than 7 bits for every weight would, and can no more be cut off.
 */
export function quantiseColumns(values: Float32Array, columns: number): ScaledBytes {
  const scales = new Float32Array(columns);
  for (let row = 0; row < values.length; row += 2 * columns) {
    for (let column = 0; column < columns; column++) {
      const upper = values[row + column]!;
      const lower = values[row + columns + column] ?? 0;
      const pair = upper * lower > 0 ? Math.abs(upper + lower) : 0;
      const scale = Math.max(pair, Math.abs(upper), Math.abs(lower)) / 127;
      if (scale > scales[column]!) scales[column] = scale;
    }
  }
  for (let column = 0; column < columns; column++) scales[column] ||= 1;
  const bytes = new Int8Array(values.length);
  for (let index = 0; index < values.length;) {
    for (let column = 0; column < columns; column++, index++) {
      bytes[index] = Math.round(values[index]! / scales[column]!);
    }
  }
  return { bytes, scales };
}

/** The length of each column, for inputs that are as great as `gain`: how much its output varies. */
export function columnNorms({ weights, outputs }: Linear, gain: Float32Array): Float32Array {
  const squares = new Float64Array(outputs);
  for (let index = 0, row = 0; index < weights.length; row++) {
    for (let column = 0; column < outputs; column++, index++) {
      squares[column]! += (gain[row]! * weights[index]!) ** 2;
    }
  }
  return Float32Array.from(squares, Math.sqrt);
}
