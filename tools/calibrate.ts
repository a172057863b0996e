/**
 * `calibrate.ts FOLDER NAME`: runs the fp32 graph of the model in FOLDER (onnx/model.onnx, tokenizer.json,
 * tokenizer_config.json) on the calibration texts and writes the range of every channel that the quantiser asks for to
 * src/quantisation/ranges/NAME.json. Takes about a minute.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Tokenizer } from "../src/inference/index.ts";
import type { ChannelRange, LayerRanges } from "../src/quantisation/channel-range.ts";
import { decodeOnnx } from "../src/quantisation/decode-onnx.ts";
import { encodeFurtherOutputs } from "../src/quantisation/encode-onnx.ts";
import { EncoderSession } from "../src/quantisation/encoder-session.ts";
import { encodeRanges } from "../src/quantisation/ranges-file.ts";
import { readBert } from "../src/quantisation/read-bert.ts";
import { calibrationTexts } from "./calibration-texts.ts";

/** A range that nothing has widened yet. */
function emptyRange(channels: number): ChannelRange {
  return { low: new Float32Array(channels).fill(Infinity), high: new Float32Array(channels).fill(-Infinity) };
}

function widen({ low, high }: ChannelRange, values: Float32Array): void {
  for (let index = 0; index < values.length;) {
    for (let channel = 0; channel < low.length; channel++, index++) {
      low[channel] = Math.min(low[channel]!, values[index]!);
      high[channel] = Math.max(high[channel]!, values[index]!);
    }
  }
}

/** The ranges of every layer of a graph, and the tensor that each belongs to. */
function rangesToSee(graph: Uint8Array): { layers: LayerRanges[]; byTensor: Map<string, ChannelRange> } {
  const bert = readBert(decodeOnnx(graph));
  const byTensor = new Map<string, ChannelRange>();
  const rangeOf = (tensor: string) => {
    const range = emptyRange(bert.hidden);
    byTensor.set(tensor, range);
    return range;
  };
  const layers = Array.from({ length: bert.layerCount }, (_, index) => {
    const { query, attentionOutput, intermediate } = bert.layer(index);
    return {
      input: rangeOf(query.input),
      context: rangeOf(attentionOutput.input),
      intermediate: rangeOf(intermediate.input),
    };
  });
  return { layers, byTensor };
}

const [folder, name] = Deno.args as [string, string];
const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(join(folder, path)));
const tokenizer = new Tokenizer(
  await readJson("tokenizer.json"),
  await readJson("tokenizer_config.json"),
  512,
);
const graph = await Deno.readFile(join(folder, "onnx/model.onnx"));
const { layers, byTensor } = rangesToSee(graph);
const session = await EncoderSession.open(
  new Uint8Array(await new Blob([graph, encodeFurtherOutputs([...byTensor.keys()])]).arrayBuffer()),
);
for (const text of calibrationTexts) {
  const outputs = await session.outputs([[...tokenizer.encode(text).ids]]);
  for (const [tensor, range] of byTensor) widen(range, outputs[tensor]!.data as Float32Array);
}
await session.release();
const sha256 = createHash("sha256").update(graph).digest("hex");
const target = new URL(`../src/quantisation/ranges/${name}.json`, import.meta.url);
await Deno.writeTextFile(target, `${JSON.stringify(encodeRanges(sha256, layers), null, 2)}\n`);
console.log(`${calibrationTexts.length} texts, ${layers.length} layers: ${target.pathname}`);
