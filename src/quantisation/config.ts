import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import type { EncoderSettings } from "./encoder-graph.ts";

/** What a model's `config.json` says that its graph does not. */
export interface ModelConfig extends EncoderSettings {
  /** The longest text, in tokens. */
  readonly positions: number;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const schema = v.object({
  model_type: v.literal("bert"),
  hidden_act: v.optional(v.literal("gelu"), "gelu"),
  position_embedding_type: v.optional(v.literal("absolute"), "absolute"),
  num_attention_heads: count,
  max_position_embeddings: count,
  layer_norm_eps: v.optional(v.pipe(v.number(), v.minValue(0)), 1e-12),
});

/**
 * Reads the text of a `config.json`.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when it is not of a model that can be optimised, naming every reason
 */
export function parseConfig(text: string): ModelConfig {
  const { success, output, issues } = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  if (!success) {
    const reasons = issues.map((issue) => `${v.getDotPath(issue) ?? "config.json"}: ${issue.message}`);
    throw new SelvedgeError(
      "MODEL_INVALID",
      `Cannot optimise the model: its config says otherwise than a BERT encoder's (${reasons.join("; ")})`,
    );
  }
  return {
    heads: output.num_attention_heads,
    epsilon: output.layer_norm_eps,
    positions: output.max_position_embeddings,
  };
}
