import type { Linear } from "./bert.ts";
import { type GraphBuilder, microsoft } from "./graph-builder.ts";
import { quantiseColumns } from "./matrix.ts";

const greatestByte = 255;

/** A tensor [1, tokens, channels] in bytes: a value is (byte − `zeroPoint`) × scale. */
export interface Bytes {
  readonly tensor: string;
  readonly zeroPoint: number;
  /** One scale for the whole tensor, or the name of a tensor [1, tokens, 1] with one for each token. */
  readonly scale: number | string;
}

/** Turns a tensor into bytes by one scale that serves the range. What lies beyond is cut off. */
export function toBytes(
  builder: GraphBuilder,
  tensor: string,
  [low, high]: [low: number, high: number],
): Bytes {
  const scale = Math.fround((high - low) / greatestByte);
  const zeroPoint = Math.round(-low / scale);
  const inputs = [tensor, builder.scalar(scale), builder.byte(zeroPoint)];
  return { tensor: builder.node("QuantizeLinear", inputs), zeroPoint, scale };
}

/**
 * Turns a tensor into bytes by a scale for each token, from its greatest magnitude. `count` is the tensor that holds
 * the number of tokens.
 */
export function toBytesByToken(builder: GraphBuilder, tensor: string, count: string): Bytes {
  const magnitudes = greatestOfToken(builder, builder.node("Abs", [tensor]));
  return byToken(builder, tensor, builder.node("Mul", [magnitudes, builder.scalar(1 / 127)]), 128, count);
}

/**
 * Turns what GELU gave into bytes by a scale for each token. GELU is never below −0.17, so the bytes below the
 * zero point need to reach no further than that, and the others divide what is above.
 */
export function geluToBytesByToken(builder: GraphBuilder, tensor: string, count: string): Bytes {
  const zeroPoint = 24;
  const fromGreatest = 1 / (greatestByte - zeroPoint);
  const scales = builder.node("Mul", [greatestOfToken(builder, tensor), builder.scalar(fromGreatest)]);
  const atLeast = builder.scalar(0.17 / zeroPoint);
  return byToken(builder, tensor, builder.node("Max", [scales, atLeast]), zeroPoint, count);
}

/** Multiplies bytes by the linear's weights, in integers, and adds its bias. */
export function integerLinear(builder: GraphBuilder, name: string, bytes: Bytes, linear: Linear): string {
  const { inputs, outputs } = linear;
  const { bytes: weights, scales } = quantiseColumns(linear.weights, outputs);
  const isByToken = typeof bytes.scale === "string";
  const bias = builder.tensor(`${name}.bias`, "float", [outputs], linear.bias);
  const product = builder.node("MatMulIntegerToFloat", [
    bytes.tensor,
    builder.tensor(`${name}.weights`, "int8", [inputs, outputs], weights),
    builder.scalar(typeof bytes.scale === "number" ? bytes.scale : 1),
    builder.tensor(`${name}.scales`, "float", [outputs], scales),
    builder.byte(bytes.zeroPoint),
    builder.zeros(outputs),
    isByToken ? "" : bias,
  ], { domain: microsoft });
  if (typeof bytes.scale === "number") return product;
  return builder.node("Add", [builder.node("Mul", [product, bytes.scale]), bias]);
}

function greatestOfToken(builder: GraphBuilder, tensor: string): string {
  return builder.node("ReduceMax", [tensor, builder.list(-1)], { integers: { keepdims: 1 } });
}

function byToken(
  builder: GraphBuilder,
  tensor: string,
  scales: string,
  zeroPoint: number,
  count: string,
): Bytes {
  const flat = builder.node("Reshape", [scales, builder.list(-1)]);
  const zeroPoints = builder.node("Expand", [builder.byte(zeroPoint), count]);
  const inputs = [tensor, flat, zeroPoints];
  return {
    tensor: builder.node("QuantizeLinear", inputs, { integers: { axis: 1 } }),
    zeroPoint,
    scale: scales,
  };
}
