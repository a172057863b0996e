import { isSelvedgeError } from "../contract/index.ts";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { parseConfig } from "./config.ts";

const bert = { model_type: "bert", num_attention_heads: 12, max_position_embeddings: 512 };

function refusal(config: unknown): string {
  try {
    parseConfig(typeof config === "string" ? config : JSON.stringify(config));
    return "no error";
  } catch (error) {
    return isSelvedgeError(error) ? `${error.code} ${error.message}` : String(error);
  }
}

Deno.test("a config says heads, positions and epsilon, whose default is BERT's", () => {
  assertEquals(parseConfig(JSON.stringify(bert)), { heads: 12, positions: 512, epsilon: 1e-12 });
  assertEquals(parseConfig(JSON.stringify({ ...bert, layer_norm_eps: 1e-5 })).epsilon, 1e-5);
});

Deno.test("the config of another architecture is refused with every reason", () => {
  const message = refusal({ ...bert, model_type: "xlm-roberta", hidden_act: "relu" });
  assertMatch(message, /^MODEL_INVALID .*model_type: .*"xlm-roberta".*hidden_act: .*"relu"/);
  assertMatch(refusal({ ...bert, position_embedding_type: "relative_key" }), /MODEL_INVALID .*relative_key/);
  assertMatch(refusal("not json"), /MODEL_INVALID/);
});
