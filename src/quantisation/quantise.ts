import { SelvedgeError } from "../contract/index.ts";
import type { Bert } from "./bert.ts";
import type { LayerRanges } from "./channel-range.ts";
import { type EncoderSettings, startEncoder } from "./encoder-graph.ts";
import { attend, embed, feedForward, finish } from "./encoder-steps.ts";
import { GraphBuilder } from "./graph-builder.ts";
import type { Graph, ReadGraph } from "./onnx-graph.ts";
import { readBert } from "./read-bert.ts";

/** What an export does not say of its encoder, and what is known of it beside. */
export interface QuantiseOptions extends EncoderSettings {
  /** What was seen of each layer. Without it every token is scaled by itself: slower, and less exact. */
  readonly ranges?: readonly LayerRanges[];
}

/**
 * Rewrites a BERT encoder for int8: `input_ids` and `attention_mask` [batch, tokens] in int32 in,
 * `last_hidden_state` [batch, tokens, hidden] in fp32 out. Every token is computed by itself but in attention, so
 * that a text has the same bits alone and in any batch. The same graph and options make the same result to the bit.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when the graph is not a BERT encoder in fp32
 */
export function quantise(graph: ReadGraph, { ranges, ...settings }: QuantiseOptions): Graph {
  const bert = readBert(graph);
  refuseMismatch(bert, settings.heads, ranges);
  const builder = new GraphBuilder();
  const encoder = startEncoder(builder, bert.hidden, settings);
  let stream = embed(encoder, bert);
  for (let index = 0; index < bert.layerCount; index++) {
    const layer = bert.layer(index);
    stream = attend(encoder, `layer ${index}`, stream, layer, ranges?.[index]);
    stream = feedForward(encoder, `layer ${index}`, stream, layer, ranges?.[index]);
  }
  finish(encoder, stream);
  const tokens = (name: string) => ({ name, elementType: "int32", dimensions: ["batch", "tokens"] }) as const;
  return builder.build([tokens("input_ids"), tokens("attention_mask")], [
    { name: "last_hidden_state", elementType: "float", dimensions: ["batch", "tokens", bert.hidden] },
  ]);
}

function refuseMismatch({ hidden, layerCount }: Bert, heads: number, ranges?: readonly LayerRanges[]): void {
  if (hidden % heads !== 0) {
    throw new SelvedgeError(
      "MODEL_INVALID",
      `Cannot optimise the model: its ${hidden} hidden values do not divide into ${heads} heads, as its config says`,
    );
  }
  if (ranges !== undefined && ranges.length !== layerCount) {
    throw new Error(`Ranges of ${ranges.length} layers for a model of ${layerCount}: a fault of the caller`);
  }
}
