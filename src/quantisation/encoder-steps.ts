import type { Bert, BertLayer, Linear } from "./bert.ts";
import { type ChannelRange, type LayerRanges, magnitudes, smoothingFactors } from "./channel-range.ts";
import { wholeRange, withoutOffset } from "./channel-range.ts";
import { addAndNormalise, type Encoder, flatten, linearOfStream, normalise } from "./encoder-graph.ts";
import { type Stream, unflatten } from "./encoder-graph.ts";
import { microsoft } from "./graph-builder.ts";
import { geluToBytesByToken, toBytes, toBytesByToken } from "./integer-linear.ts";
import { absorbOffset, columnNorms, divideColumns, quantiseRows, scaleRows, sideBySide } from "./matrix.ts";

/** Looks up words, in bytes with a scale for each word, and positions. */
export function embed(encoder: Encoder, { hidden, vocabulary, positions, ...bert }: Bert): Stream {
  const { builder, shape } = encoder;
  const { bytes: table8, scales } = quantiseRows(bert.words, hidden);
  const gather = (table: string) => builder.node("Gather", [table, "input_ids"]);
  const wordBytes = gather(builder.tensor("words", "int8", [vocabulary, hidden], table8));
  const wordScales = gather(builder.tensor("words.scales", "float", [vocabulary, 1], scales));
  const words = builder.node("Mul", [builder.node("Cast", [wordBytes], { integers: { to: 1 } }), wordScales]);
  const table = builder.tensor("positions", "float", [positions, hidden], bert.positionTable);
  const tokens = builder.node("Slice", [shape, builder.list(1), builder.list(2)]);
  const places = builder.node("Slice", [table, builder.list(0), tokens, builder.list(0)]);
  const sums = flatten(encoder, builder.node("Add", [words, places]));
  return normalise(encoder, "embeddings", sums, bert.embeddingNorm);
}

/** Self-attention and the sum of its result with what went in, normalised. */
export function attend(
  encoder: Encoder,
  name: string,
  stream: Stream,
  layer: BertLayer,
  ranges?: LayerRanges,
): Stream {
  const { builder, hidden, heads } = encoder;
  const [query, key, value] = [layer.query, layer.key, layer.value].map((linear) =>
    absorbOffset(linear, stream.norm.offset)
  ) as [Linear, Linear, Linear];
  const handedOn = handOverContext(value, layer.attentionOutput, stream.norm.gain, ranges?.context);
  const all = sideBySide([query, key, handedOn.value]);
  const products = linearOfStream(encoder, `${name} attention`, stream, all, ranges?.input);
  const parts = builder.nodes(
    "Split",
    [unflatten(encoder, products, 3 * hidden), builder.list(hidden, hidden, hidden)],
    3,
    { integers: { axis: -1 } },
  );
  const attention = { domain: microsoft, integers: { num_heads: heads } };
  const context = flatten(
    encoder,
    builder.node("MultiHeadAttention", [...parts, "", "attention_mask"], attention),
  );
  const bytes = handedOn.range === undefined
    ? toBytesByToken(builder, context, encoder.count)
    : toBytes(builder, context, handedOn.range);
  return addAndNormalise(encoder, `${name} attention`, stream, bytes, handedOn.output, layer.attentionNorm);
}

/** The two linears with GELU between them and the sum of their result with what went in, normalised. */
export function feedForward(
  encoder: Encoder,
  name: string,
  stream: Stream,
  layer: BertLayer,
  ranges?: LayerRanges,
): Stream {
  const { builder } = encoder;
  const intermediate = absorbOffset(layer.intermediate, stream.norm.offset);
  const wide = linearOfStream(encoder, `${name} intermediate`, stream, intermediate, ranges?.intermediate);
  const bytes = geluToBytesByToken(
    builder,
    builder.node("Gelu", [wide], { domain: microsoft }),
    encoder.count,
  );
  return addAndNormalise(encoder, name, stream, bytes, layer.output, layer.outputNorm);
}

/** The encoder's result, under the name that exports give it. */
export function finish(encoder: Encoder, { gained, norm }: Stream): void {
  const { builder, hidden } = encoder;
  const offset = builder.tensor("last offset", "float", [hidden], norm.offset);
  unflatten(encoder, builder.node("Add", [gained, offset]), hidden, "last_hidden_state");
}

/**
 * The value linear and the output linear with attention's averages between them. An average of values that all
 * hold a bias holds it too, so the output linear can add it; and the value linear divides by the factors that
 * smooth the averages.
 */
function handOverContext(
  value: Linear,
  attentionOutput: Linear,
  gain: Float32Array,
  range?: ChannelRange,
): { value: Linear; output: Linear; range?: [low: number, high: number] } {
  const output = absorbOffset(attentionOutput, value.bias);
  const inside = range && withoutOffset(range, value.bias);
  const factors = smoothingFactors(inside ? magnitudes(inside) : columnNorms(value, gain), output);
  return {
    value: { ...divideColumns(value, factors), bias: new Float32Array(value.outputs) },
    output: scaleRows(output, factors),
    range: inside && wholeRange(inside, factors),
  };
}
