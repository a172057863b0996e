import { Buffer } from "node:buffer";
import type { ChannelRange, LayerRanges } from "./channel-range.ts";

/** Ranges as their file keeps them; `tools/calibrate.ts` writes it. */
export interface RangesFile {
  /** The sha256 of the graph that they were seen in: they are right for no other. */
  readonly graph: string;
  readonly hidden: number;
  /** Half-precision floats, little-endian, in base64: for each layer low and high of its three inputs. */
  readonly values: string;
}

/** Reads what {@linkcode encodeRanges} wrote. */
export function decodeRanges({ hidden, values }: RangesFile): LayerRanges[] {
  const halves = new Float16Array(Uint8Array.from(Buffer.from(values, "base64")).buffer);
  const vector = (number: number) =>
    Float32Array.from(halves.subarray(number * hidden, (number + 1) * hidden));
  const range = (number: number): ChannelRange => ({ low: vector(number), high: vector(number + 1) });
  return Array.from({ length: halves.length / hidden / 6 }, (_, layer) => ({
    input: range(6 * layer),
    context: range(6 * layer + 2),
    intermediate: range(6 * layer + 4),
  }));
}

/** Rounds ranges to half precision, which is exact enough by far, and writes them as text. */
export function encodeRanges(graph: string, layers: readonly LayerRanges[]): RangesFile {
  const ranges = layers.flatMap(({ input, context, intermediate }) => [input, context, intermediate]);
  const hidden = ranges[0]!.low.length;
  const halves = Float16Array.from(ranges.flatMap(({ low, high }) => [...low, ...high]));
  return { graph, hidden, values: Buffer.from(halves.buffer).toString("base64") };
}
