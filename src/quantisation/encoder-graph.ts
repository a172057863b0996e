import type { Bert, BertLayer, Linear, Norm } from "./bert.ts";
import {
  type LayerRanges,
  magnitudes,
  smoothingFactors,
  wholeRange,
  withoutOffset,
} from "./channel-range.ts";
import type { ChannelRange } from "./channel-range.ts";
import { type GraphBuilder, microsoft } from "./graph-builder.ts";
import { type Bytes, geluToBytesByToken, integerLinear, toBytes, toBytesByToken } from "./integer-linear.ts";
import {
  absorbOffset,
  columnNorms,
  divideColumns,
  quantiseRows,
  quotient,
  scaleRows,
  sideBySide,
  sum,
} from "./matrix.ts";

/** What an export does not say of its encoder. */
export interface EncoderSettings {
  /** Attention heads: `num_attention_heads` of the model's `config.json`. */
  readonly heads: number;
  /** Added to a variance before its root: `layer_norm_eps` of `config.json`. */
  readonly epsilon: number;
}

/** What every step of an encoder in the making needs. */
interface Encoder extends EncoderSettings {
  readonly builder: GraphBuilder;
  readonly hidden: number;
  /** The shape [batch, tokens] of the input. */
  readonly shape: string;
  /** A one and a zero for each token of all texts. */
  readonly ones: string;
  readonly zeros: string;
}

/**
 * What steps hand on: [1, tokens of all texts, hidden] as it is before the offset of its layer normalisation.
 * Its reader takes the offset into a bias, which is exact and saves a pass over the tensor.
 */
export interface Stream {
  readonly normalised: string;
  /** The same times the gain. */
  readonly gained: string;
  readonly norm: Norm;
}

/** The start of an encoder whose inputs are named `input_ids` and `attention_mask`. */
export function startEncoder(builder: GraphBuilder, hidden: number, settings: EncoderSettings): Encoder {
  const shape = builder.node("Shape", ["input_ids"]);
  const count = builder.node("Shape", [builder.node("Reshape", ["input_ids", builder.list(-1)])]);
  const expand = (value: number) => builder.node("Expand", [builder.scalar(value), count]);
  return { ...settings, builder, hidden, shape, ones: expand(1), zeros: expand(0) };
}

/** Looks up words, in bytes with a scale for each word, and positions. */
export function embed(encoder: Encoder, { hidden, vocabulary, positions, ...bert }: Bert): Stream {
  const { builder, shape } = encoder;
  const { bytes: table8, scales } = quantiseRows(bert.words, hidden, 127);
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
    ? toBytesByToken(builder, context)
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
  const bytes = geluToBytesByToken(builder, builder.node("Gelu", [wide], { domain: microsoft }));
  return addAndNormalise(encoder, name, stream, bytes, layer.output, layer.outputNorm);
}

/** The encoder's result, under the name that exports give it. */
export function finish(encoder: Encoder, { gained, norm }: Stream): void {
  const { builder, hidden } = encoder;
  const offset = builder.tensor("last offset", "float", [hidden], norm.offset);
  unflatten(encoder, builder.node("Add", [gained, offset]), hidden, "last_hidden_state");
}

/** A linear that has absorbed the stream's offset, applied to the stream. */
function linearOfStream(
  { builder, hidden }: Encoder,
  name: string,
  { normalised, gained, norm }: Stream,
  linear: Linear,
  range?: ChannelRange,
): string {
  if (range === undefined) return integerLinear(builder, name, toBytesByToken(builder, gained), linear);
  const inside = withoutOffset(range, norm.offset);
  const factors = smoothingFactors(magnitudes(inside), linear);
  const gain = builder.tensor(`${name} gain`, "float", [hidden], quotient(norm.gain, factors));
  const smooth = builder.node("Mul", [normalised, gain]);
  const bytes = toBytes(builder, smooth, wholeRange(inside, factors));
  return integerLinear(builder, name, bytes, scaleRows(linear, factors));
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

/** Adds a linear's result to the stream that went round it, whose offset the linear's bias adds. */
function addAndNormalise(
  encoder: Encoder,
  name: string,
  { gained, norm }: Stream,
  bytes: Bytes,
  linear: Linear,
  next: Norm,
): Stream {
  const { builder } = encoder;
  const withOffset = { ...linear, bias: sum(linear.bias, norm.offset) };
  const result = integerLinear(builder, `${name} output`, bytes, withOffset);
  return normalise(encoder, `${name} norm`, builder.node("Add", [result, gained]), next);
}

/**
 * Normalises each token. ONNX Runtime's InstanceNormalization, with tokens in the place of channels, takes a
 * fifth of the time of its SkipLayerNormalization on a CPU.
 */
function normalise(
  { builder, epsilon, hidden, ones, zeros }: Encoder,
  name: string,
  tensor: string,
  norm: Norm,
): Stream {
  const normalised = builder.node("InstanceNormalization", [tensor, ones, zeros], { floats: { epsilon } });
  const gain = builder.tensor(`${name}.gain`, "float", [hidden], norm.gain);
  return { normalised, gained: builder.node("Mul", [normalised, gain]), norm };
}

/** [batch, tokens, hidden] to [1, tokens of all texts, hidden]. */
function flatten({ builder, hidden }: Encoder, tensor: string): string {
  return builder.node("Reshape", [tensor, builder.list(1, -1, hidden)]);
}

/** [1, tokens of all texts, width] to [batch, tokens, width]. */
function unflatten({ builder, shape }: Encoder, tensor: string, width: number, output?: string): string {
  const whole = builder.node("Concat", [shape, builder.list(width)], { integers: { axis: 0 } });
  return builder.node("Reshape", [tensor, whole], output === undefined ? {} : { output });
}
