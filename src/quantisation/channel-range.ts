import type { Linear } from "./bert.ts";
import { rowMagnitudes } from "./matrix.ts";

/** The least and the greatest value that each channel of a tensor was seen to take. */
export interface ChannelRange {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** What was seen of one layer's inputs. */
export interface LayerRanges {
  /** Of what the layer gets. */
  readonly input: ChannelRange;
  /** Of what attention gives to its output linear. */
  readonly context: ChannelRange;
  /** Of what the intermediate linear gets. */
  readonly intermediate: ChannelRange;
}

/** Channels and weights below this are taken for it, so that no factor is zero or without bound. */
const leastActivation = 1e-3;
const leastWeight = 1e-5;

/** The range of a tensor after `offset` was taken from it. */
export function withoutOffset({ low, high }: ChannelRange, offset: Float32Array): ChannelRange {
  return {
    low: low.map((value, channel) => value - offset[channel]!),
    high: high.map((value, channel) => value - offset[channel]!),
  };
}

/** The least and greatest of all channels after each was divided by its factor; always holds zero. */
export function wholeRange({ low, high }: ChannelRange, factors: Float32Array): [low: number, high: number] {
  let [least, greatest] = [0, 0];
  for (let channel = 0; channel < low.length; channel++) {
    least = Math.min(least, low[channel]! / factors[channel]!);
    greatest = Math.max(greatest, high[channel]! / factors[channel]!);
  }
  return [least, greatest];
}

/** The greatest magnitude that each channel was seen to have. */
export function magnitudes({ low, high }: ChannelRange): Float32Array {
  return low.map((value, channel) => Math.max(-value, high[channel]!));
}

/**
 * SmoothQuant's factors (Xiao et al. 2022) with α = 11/16, which of ½ to ¾ kept the calibrated models nearest to
 * fp32. Dividing each channel by its own leaves channels of more equal size, which one scale serves better, and moves
 * the difference into the weights. Of the magnitudes only the proportions count.
 */
export function smoothingFactors(activations: Float32Array, linear: Linear): Float32Array {
  const weights = rowMagnitudes(linear.weights, linear.outputs);
  return weights.map((weight, channel) =>
    toElevenSixteenths(Math.max(leastActivation, activations[channel]!)) /
    toFiveSixteenths(Math.max(leastWeight, weight))
  );
}

// Powers made of roots, which every machine computes to the same bit, as it need not a power.

function toElevenSixteenths(value: number): number {
  return Math.sqrt(value * Math.sqrt(Math.sqrt(value * Math.sqrt(value))));
}

function toFiveSixteenths(value: number): number {
  return Math.sqrt(Math.sqrt(value * Math.sqrt(Math.sqrt(value))));
}
