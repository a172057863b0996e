import { join } from "node:path";
import { assertEquals, assertMatch, assertRejects } from "../../test/assert.ts";
import { temporaryFolder } from "../../test/project.ts";
import { isSelvedgeError } from "../contract/index.ts";
import { checkGraph, checkModel, type ModelToCheck } from "./graph-check.ts";
import { tinyGraph, tinyTokenizer, tinyTokenizerConfig } from "./tiny-graph.ts";

const { signal } = new AbortController();

/** Writes a model's files and checks it. */
async function check(
  graph: Uint8Array,
  { tokenizer = tinyTokenizer, limits }: { tokenizer?: string; limits?: ModelToCheck["limits"] } = {},
) {
  await using folder = await temporaryFolder({
    "tokenizer.json": tokenizer,
    "tokenizer_config.json": tinyTokenizerConfig,
  });
  const path = (name: string) => join(folder.path, name);
  await Deno.writeFile(path("model.onnx"), graph);
  return await checkModel({
    graph: path("model.onnx"),
    tokenizer: path("tokenizer.json"),
    tokenizerConfig: path("tokenizer_config.json"),
    maxTokens: 16,
    signal,
    limits,
  });
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isSelvedgeError(error) && error.code === "MODEL_INVALID") return error.message;
    throw error;
  }
  throw new Error("Expected MODEL_INVALID, and nothing failed");
}

Deno.test("a sound model is run, and its inputs and the length of its vectors told", async () => {
  assertEquals(await check(tinyGraph()), {
    inputNames: ["input_ids", "attention_mask"],
    inputTypes: ["int64", "int64"],
    outputNames: ["last_hidden_state"],
    dimensions: 2,
  });
});

const bad: { name: string; graph: Uint8Array; reason: RegExp }[] = [
  {
    name: "a page instead of a graph",
    graph: new TextEncoder().encode("<!DOCTYPE html>"),
    reason: /ONNX Runtime cannot load it .*it is no ONNX file$/,
  },
  {
    name: "a graph cut in the middle",
    graph: tinyGraph().subarray(0, 60),
    reason: /ONNX Runtime cannot load it .*it is cut short or damaged$/,
  },
  {
    name: "a graph of another architecture",
    graph: tinyGraph({ inputs: ["pixel_values"] }),
    reason: /its inputs are pixel_values; expected input_ids, and none but .*no text embedding model$/,
  },
  {
    name: "a classifier",
    graph: tinyGraph({ output: "logits" }),
    reason: /its first output logits is float32 of 2 × 16 × 2 .*and no logits/,
  },
  {
    name: "a model whose numbers are not finite",
    graph: tinyGraph({ table: [[NaN, 1], [1, 1], [1, 1]] }),
    reason: /numbers that are not finite$/,
  },
  {
    name: "a model that answers otherwise each time",
    graph: tinyGraph({ then: "RandomNormalLike" }),
    reason: /two different outputs for the same texts$/,
  },
  {
    name: "a model with fewer vectors than its tokenizer has words",
    graph: tinyGraph({ table: [[1, 1]] }),
    reason: /it cannot be run: .*indices element out of data bounds/,
  },
];

for (const { name, graph, reason } of bad) {
  Deno.test(`${name} is refused with the reason`, async () => {
    assertMatch(await reasonOf(check(graph)), reason);
  });
}

Deno.test("a tokenizer that is none, or nested beyond all reason, is refused", async () => {
  const garbage = await reasonOf(check(tinyGraph(), { tokenizer: '{"model":' }));
  assertMatch(garbage, /its tokenizer\.json cannot be used: /);
  const depth = 2_000_000;
  const nested = "[".repeat(depth) + "]".repeat(depth);
  assertMatch(await reasonOf(check(tinyGraph(), { tokenizer: nested })), /tokenizer\.json|the process that/);
});

Deno.test("a tokenizer too large for any vocabulary is refused unread", async () => {
  const tokenizer = " ".repeat(64_000_001);
  assertMatch(await reasonOf(check(tinyGraph(), { tokenizer })), /has 64000001 bytes; expected at most/);
});

Deno.test("a model that takes too long or too much is ended, and that said", async () => {
  const slow = await reasonOf(check(tinyGraph(), { limits: { timeMs: 1 } }));
  assertMatch(slow, /it took longer than 0\.001 s to try$/);
  const large = await reasonOf(check(tinyGraph(), { limits: { memoryBytes: 60_000_000 } }));
  assertMatch(large, /it took more than 60 MB of memory to try$/);
});

Deno.test("a check given up ends its process and throws the reason of the caller", async () => {
  await using folder = await temporaryFolder();
  const graph = join(folder.path, "model.onnx");
  await Deno.writeFile(graph, tinyGraph());
  const giving = new AbortController();
  const checking = checkGraph(graph, { signal: giving.signal });
  giving.abort(new Error("nobody wants it"));
  await assertRejects(checking, /nobody wants it/);
});

Deno.test("any graph can be described", async () => {
  await using folder = await temporaryFolder();
  const graph = join(folder.path, "model.onnx");
  await Deno.writeFile(graph, tinyGraph({ inputs: ["pixel_values"], output: "found_values" }));
  assertEquals(await checkGraph(graph, { signal }), {
    inputs: [{ name: "pixel_values", type: "int64", shape: ["batch", "sequence"] }],
    outputs: [{ name: "found_values", type: "float32", shape: ["batch", "sequence", 2] }],
  });
  assertMatch(await reasonOf(checkGraph(`${graph}.gone`, { signal })), /there is no such file$/);
});
