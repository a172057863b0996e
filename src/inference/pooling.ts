/** How the hidden states of a text's tokens become one vector. */
export type Pooling = "mean" | "cls" | "last";

/**
 * Pools the hidden states of one text (tokens × dimensions, row-major), in float64, into one vector. Every
 * token counts: a text is never padded here, so the attention mask is all ones.
 */
export function pool(states: Float32Array, dimensions: number, pooling: Pooling): Float64Array {
  const vector = new Float64Array(dimensions);
  if (pooling === "cls") {
    vector.set(states.subarray(0, dimensions));
    return vector;
  }
  if (pooling === "last") {
    vector.set(states.subarray(states.length - dimensions));
    return vector;
  }
  const tokens = states.length / dimensions;
  for (let token = 0; token < tokens; token++) {
    const start = token * dimensions;
    for (let index = 0; index < dimensions; index++) vector[index]! += states[start + index]!;
  }
  return vector.map((value) => value / tokens);
}

/**
 * Divides by the L2 norm of all the values together, and rounds to float32. A matrix of hidden states is
 * divided by one norm, not one a token: that is the contract. A norm of zero leaves zeros.
 */
export function l2Normalize(values: Float64Array | Float32Array): Float32Array<ArrayBuffer> {
  let sum = 0;
  for (const value of values) sum += value * value;
  const scale = sum === 0 ? 0 : 1 / Math.sqrt(sum);
  return Float32Array.from(values, (value) => value * scale);
}
