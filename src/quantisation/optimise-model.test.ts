import { createHash } from "node:crypto";
import { join } from "node:path";
import { isSelvedgeError } from "../contract/index.ts";
import { assertEquals, assertMatch, assertThrows, assertTrue } from "../../test/assert.ts";
import { temporaryFolder } from "../../test/project.ts";
import { pullGteSmall } from "../../test/pulled-model.ts";
import { requireAgreement } from "./accuracy.ts";
import { optimiseModel } from "./optimise-model.ts";

async function open() {
  const { model, tokenizer, tokenizerConfig } = await pullGteSmall();
  const folder = await temporaryFolder();
  const config = join(folder.path, "config.json");
  const bert = { model_type: "bert", num_attention_heads: 12, max_position_embeddings: 512 };
  await Deno.writeTextFile(config, JSON.stringify(bert));
  const target = join(folder.path, "optimised.onnx");
  const { signal } = new AbortController();
  return {
    folder,
    request: { graph: model, config, tokenizer, tokenizerConfig, target, signal },
    left: () => [...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => "no error", (error) => error);
  return isSelvedgeError(error) ? `${error.code} ${error.message}` : String(error);
}

Deno.test("gte-small is optimised into a quarter of its size, and says how near it stayed", async () => {
  await using opened = await open();
  const { bytes, sha256, cosine } = await optimiseModel(opened.request);
  const written = await Deno.readFile(opened.request.target);
  assertEquals([written.length, createHash("sha256").update(written).digest("hex")], [bytes, sha256]);
  assertTrue(bytes < 35_000_000, `${bytes} bytes`);
  assertTrue(cosine.firstPercentile > 0.999 && cosine.worst > 0.995, JSON.stringify(cosine));
  assertEquals(opened.left(), ["config.json", "optimised.onnx"]);
});

Deno.test("a model with other heads than its own is found inaccurate, and leaves no target", async () => {
  await using opened = await open();
  const config = join(opened.folder.path, "config.json");
  const wrong = { model_type: "bert", num_attention_heads: 6, max_position_embeddings: 128 };
  await Deno.writeTextFile(config, JSON.stringify(wrong));
  assertMatch(
    await failure(optimiseModel(opened.request)),
    /^MODEL_INACCURATE .*0\.998 and 0\.99 are required/,
  );
  assertEquals(opened.left(), ["config.json"]);
});

Deno.test("files that are none, or that are not there, are refused with their codes", async () => {
  await using opened = await open();
  const { request } = opened;
  const graph = join(opened.folder.path, "broken.onnx");
  await Deno.writeFile(graph, (await Deno.readFile(request.graph)).subarray(0, 1_000_000));
  assertMatch(await failure(optimiseModel({ ...request, graph })), /^MODEL_INVALID .*not a whole ONNX file/);
  assertMatch(await failure(optimiseModel({ ...request, graph: "/nowhere" })), /^MODEL_MISSING .*\/nowhere/);
  const tokenizer = request.config;
  assertMatch(await failure(optimiseModel({ ...request, tokenizer })), /^MODEL_INVALID .*tokenizer/);
  assertEquals(opened.left(), ["broken.onnx", "config.json"]);
});

Deno.test("an optimisation that is called off ends at once and leaves no target", async () => {
  await using opened = await open();
  const called = new AbortController();
  const work = failure(optimiseModel({ ...opened.request, signal: called.signal }));
  called.abort();
  assertMatch(await work, /^CANCELLED/);
  const { signal } = called;
  assertMatch(await failure(optimiseModel({ ...opened.request, signal })), /^CANCELLED/);
  assertEquals(opened.left(), ["config.json"]);
});

Deno.test("vectors that are no numbers are not accurate", () => {
  assertThrows(() => requireAgreement({ firstPercentile: NaN, worst: NaN }), { code: "MODEL_INACCURATE" });
  requireAgreement({ firstPercentile: 0.998, worst: 0.99 });
});
