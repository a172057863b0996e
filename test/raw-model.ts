import ort from "onnxruntime-node";
import { Tokenizer } from "../src/inference/tokenizer.ts";
import { l2Normalize, pool } from "../src/inference/pooling.ts";
import { findEmbeddingModel, ModelStore } from "../src/models/index.ts";

/** gte-small on ONNX Runtime with nothing around it: the baseline for exactness. */
export async function openRawModel() {
  const entry = await findEmbeddingModel("gte-small");
  const files = await new ModelStore().locate(entry);
  const [definition, config] = await Promise.all(
    [files.tokenizer, files.tokenizerConfig].map(async (path) => JSON.parse(await Deno.readTextFile(path))),
  );
  const tokenizer = new Tokenizer(definition, config, entry.maxTokens);
  const session = await ort.InferenceSession.create(files.model);
  const run = async (text: string): Promise<{ states: Float32Array; tokens: number }> => {
    const { ids } = tokenizer.encode(text);
    const tensor = (value: (id: number) => number) =>
      new ort.Tensor("int64", BigInt64Array.from(ids, (id) => BigInt(value(id))), [1, ids.length]);
    const { last_hidden_state } = await session.run({
      input_ids: tensor((id) => id),
      attention_mask: tensor(() => 1),
      token_type_ids: tensor(() => 0),
    });
    return { states: last_hidden_state!.data as Float32Array, tokens: ids.length };
  };
  return {
    run,
    ids: (text: string): number[] => [...tokenizer.encode(text).ids],
    tokenCount: (text: string) => tokenizer.encode(text).ids.length,
    embed: async (text: string) => l2Normalize(pool((await run(text)).states, entry.dimensions, "mean")),
  };
}
