/** How the hidden states of a text's tokens become one vector: their mean, the first one's, or the last one's. */
export type Pooling = "mean" | "cls" | "last";

/** What becomes of a text's hidden states. */
export interface RowShape {
  /** `none` keeps tokens × dimensions values. */
  readonly pooling: Pooling | "none";
  readonly normalize: boolean;
  /** Keeps the first so many values of a pooled vector, before it is normalised. */
  readonly dimensions?: number;
}

/**
 * Makes the row of one text from its hidden states (tokens × `width`, row-major; padding left out). It is
 * computed in float64 and from nothing but these states, so that it does not depend on the batch.
 */
export function shapeRow(
  states: Float32Array,
  width: number,
  { pooling, normalize, dimensions = width }: RowShape,
): Float32Array<ArrayBuffer> {
  const values = pooling === "none" ? states : pool(states, width, pooling).subarray(0, dimensions);
  return normalize ? l2Normalize(values) : Float32Array.from(values);
}

/** Pools the hidden states of one text (tokens × `width`, row-major), in float64, into one vector. */
export function pool(states: Float32Array, width: number, pooling: Pooling): Float64Array {
  const vector = new Float64Array(width);
  if (pooling === "cls") vector.set(states.subarray(0, width));
  else if (pooling === "last") vector.set(states.subarray(states.length - width));
  else addUp(states, vector);
  return vector;
}

function addUp(states: Float32Array, vector: Float64Array): void {
  const width = vector.length;
  const tokens = states.length / width;
  for (let start = 0; start < states.length; start += width) {
    for (let index = 0; index < width; index++) vector[index]! += states[start + index]!;
  }
  for (let index = 0; index < width; index++) vector[index]! /= tokens;
}

/**
 * Divides by the L2 norm of all the values together, and rounds to float32. A matrix of hidden states is
 * divided by one norm, not one a token: that is the contract. A norm of zero leaves zeros.
 */
export function l2Normalize(values: Float64Array | Float32Array): Float32Array<ArrayBuffer> {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index]! * values[index]!;
  const scale = sum === 0 ? 0 : 1 / Math.sqrt(sum);
  const row = new Float32Array(values.length);
  for (let index = 0; index < values.length; index++) row[index] = values[index]! * scale;
  return row;
}
