import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { findModel, type ModelEntry, type ModelFile, ModelStore } from "../src/models/index.ts";
import { type GraphNode, type GraphPort, onnxGraph } from "./onnx-graph.ts";
import { selvedgeCommand } from "./project.ts";

/** What a file in a store is known to be. */
type KnownFile = ModelFile & { readonly bytes: number; readonly sha256: string };

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
  const store = new ModelStore(path);
  const blobs = { ...await borrow("gte-small", store), ...await borrow("whisper-tiny", store) };
  const words = {
    "tokenizer.json": blobs["gte-small tokenizer.json"]!,
    "tokenizer_config.json": blobs["gte-small tokenizer_config.json"]!,
  };
  const add = (name: string, task: Task, config: object, graphPath: string, graph: Uint8Array, more = {}) =>
    addModel(store, { name, task }, { ...words, ...more, "config.json": config, [graphPath]: graph });
  const graph = "onnx/model.onnx";
  await add("moods", "text-classification", labels(["HAPPY", "SAD"]), graph, classifier);
  const verdicts = labels(["entailment", "contradiction"]);
  await add("entailment", "zero-shot-classification", verdicts, graph, classifier);
  await add("pairs", "rerank", labels(["LABEL_0"]), "onnx/model_quantized.onnx", reranker);
  await add("tags", "token-classification", labels(["B-WORD", "O"]), graph, tagger);
  const image = {
    image_processor_type: "CLIPImageProcessor",
    do_resize: true,
    do_rescale: true,
    do_normalize: false,
    size: { width: 8, height: 8 },
  };
  const more = { "preprocessor_config.json": image };
  await add(
    "colours",
    "image-feature-extraction",
    { model_type: "clip" },
    "onnx/vision_model.onnx",
    colours,
    more,
  );
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

type Task = Exclude<ModelEntry["task"], "feature-extraction">;

/** Links the files of a model of the machine's own cache, fetched if need be, into another; gives them by path. */
async function borrow(name: string, store: ModelStore): Promise<Record<string, Uint8Array>> {
  const pulled = await selvedgeCommand(["models", "pull", name]);
  if (pulled.code !== 0) throw new Error(pulled.stderr);
  const [own, entry] = [new ModelStore(), await findModel(name)];
  const files: Record<string, Uint8Array> = {};
  await Deno.mkdir(dirname(store.blobs.pathOf(entry.files[0] as KnownFile)), { recursive: true });
  for (const file of entry.files as readonly KnownFile[]) {
    await Deno.symlink(own.blobs.pathOf(file), store.blobs.pathOf(file)).catch(ignoreExisting);
    if (file.path.endsWith(".json")) {
      files[`${name} ${file.path}`] = await Deno.readFile(own.blobs.pathOf(file));
    }
  }
  return files;
}

async function addModel(
  store: ModelStore,
  { name, task }: { name: string; task: Task },
  contents: Record<string, Uint8Array | object>,
): Promise<void> {
  const files: ModelFile[] = [];
  for (const [path, content] of Object.entries(contents)) {
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const file = { role: roleOf(path), path, bytes: bytes.length, sha256 };
    if (!await store.blobs.has(file)) await Deno.writeFile(store.blobs.pathOf(file), new Uint8Array(bytes));
    files.push(file);
  }
  await store.added.add({ name, origin: "added", licence: "NOASSERTION", files, sources: [], task });
}

function roleOf(path: string): ModelFile["role"] {
  if (path.endsWith(".onnx")) return "model";
  const roles = {
    "tokenizer.json": "tokenizer",
    "tokenizer_config.json": "tokenizerConfig",
    "config.json": "config",
  };
  return (roles as Record<string, ModelFile["role"]>)[path] ?? "extra";
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
}
