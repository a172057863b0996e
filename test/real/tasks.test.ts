import sharp from "sharp";
import wavefile from "wavefile";
import { pipelineFunction } from "../../src/worker/pipeline.ts";
import { assertEquals, assertMatch, assertRejects, assertTrue } from "../assert.ts";
import { codeOf, openEngine } from "../engine.ts";
import { eventually, processesWith } from "../project.ts";
import { makeTaskModels } from "../task-models.ts";

let opened: Awaited<ReturnType<typeof openEngine>>;
let models: Awaited<ReturnType<typeof makeTaskModels>>;
let pipeline: ReturnType<typeof pipelineFunction>;
Deno.test.beforeAll(async () => {
  models = await makeTaskModels();
  Deno.env.set("SELVEDGE_CACHE_DIR", models.path);
  opened = await openEngine();
  pipeline = pipelineFunction(opened.client, "test");
});
Deno.test.afterAll(async () => {
  Deno.env.delete("SELVEDGE_CACHE_DIR");
  await opened[Symbol.asyncDispose]();
  await models[Symbol.asyncDispose]();
});

const red = () =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: "#ff0000" } }).png().toBuffer();

/** A WAV file of a tone, in stereo, at another rate than speech models hear. */
function tone(seconds: number): Uint8Array {
  const samples = Array.from({ length: 8_000 * seconds }, (_, index) => Math.sin(index / 5) * 10_000);
  const file = new wavefile.WaveFile();
  file.fromScratch(2, 8_000, "16", [samples, samples]);
  return file.toBuffer();
}

Deno.test("feature extraction gives what a session gives, for one text and for many", async () => {
  const texts = ["Luke, I am your father.", "No."];
  const embed = await pipeline("feature-extraction", "gte-small");
  const vectors = await embed(texts) as number[][];
  const request = { model: "gte-small", inputs: texts, meanPool: true, normalize: true };
  const { values } = await opened.client.embed({ ...request, caller: "test", tenant: "test" });
  for (const [row, expected] of values.entries()) {
    const difference = Math.max(...vectors[row]!.map((value, index) => Math.abs(value - expected[index]!)));
    assertTrue(difference < 1e-6, `row ${row} differs by ${difference}`);
  }
  assertEquals(await embed(texts[0]), vectors[0]);
  assertEquals((await embed("one", { pooling: "none", normalize: false }) as number[][]).length, 3);
});

Deno.test("text classification gives the best label, or as many as are asked for", async () => {
  const classify = await pipeline("text-classification", "moods");
  assertEquals(await classify("fine"), { label: "HAPPY", score: 1 });
  assertEquals(await classify(["fine", "well"]), Array(2).fill({ label: "HAPPY", score: 1 }));
  const both = await classify("fine", { top_k: 2 }) as { label: string }[];
  assertEquals(both.map(({ label }) => label), ["HAPPY", "SAD"]);
});

Deno.test("zero-shot classification scores the labels it is given", async () => {
  const classify = await pipeline("zero-shot-classification", "entailment");
  const { sequence, labels, scores } = await classify("A goal!", ["sport", "politics"], {
    multi_label: true,
  }) as { sequence: string; labels: string[]; scores: number[] };
  assertEquals([sequence, labels.toSorted(), scores], ["A goal!", ["politics", "sport"], [1, 1]]);
  await assertRejects(classify("A goal!"), { code: "INPUT_INVALID", message: /labels/ });
});

Deno.test("token classification names the tokens", async () => {
  const tag = await pipeline("token-classification", "tags");
  const tokens = await tag("hello world") as { word: string; entity: string }[];
  assertEquals(tokens.map(({ word, entity }) => [word, entity]), [["hello", "B-WORD"], ["world", "B-WORD"]]);
});

Deno.test("reranking sorts documents by the model's score, and keeps as many as are asked for", async () => {
  const rerank = await pipeline("rerank", "pairs");
  const documents = ["a document of several words", "short", "not so short"];
  const ranked = await rerank("query", documents) as { index: number; score: number }[];
  assertEquals(ranked.map(({ index }) => index), [1, 2, 0]);
  assertTrue(ranked.every(({ score }) => score > 0 && score < 1), JSON.stringify(ranked));
  assertEquals((await rerank("query", documents, { top_k: 1 }) as unknown[]).length, 1);
  await assertRejects(rerank("query", documents, { top_k: 0 }), { code: "INPUT_INVALID" });
});

Deno.test("an image becomes a vector, from a Blob or from bytes", async () => {
  const embed = await pipeline("image-feature-extraction", "colours");
  const file = await red();
  assertEquals(await embed(new Blob([new Uint8Array(file)])), [1, 0, 0]);
  assertEquals(await embed([new Uint8Array(file), new Uint8Array(file)]), [[1, 0, 0], [1, 0, 0]]);
});

Deno.test("what is no image, or too large a one, is refused", async () => {
  const embed = await pipeline("image-feature-extraction", "colours");
  const refused = { code: "INPUT_INVALID" };
  await assertRejects(embed(new Uint8Array(1000)), refused);
  await assertRejects(embed((await red()).subarray(0, 60)), refused);
  await assertRejects(embed("https://example.com/image.png"), refused);
  const wide = await sharp({ create: { width: 16_000, height: 5_000, channels: 3, background: "#000" } })
    .png().toBuffer();
  await assertRejects(embed(wide), { code: "INPUT_INVALID", message: /16000 × 5000/ });
  await assertRejects(embed(new Uint8Array(65 * 1024 * 1024)), refused);
});

Deno.test("speech recognition hears samples and WAV files alike", async () => {
  const hear = await pipeline("automatic-speech-recognition", "whisper-tiny");
  const { text } = await hear(new Blob([new Uint8Array(tone(1))])) as { text: string };
  assertEquals(typeof text, "string");
  const samples = Float32Array.from({ length: 16_000 }, (_, index) => Math.sin(index / 10) * 0.3);
  assertEquals(typeof (await hear(samples) as { text: string }).text, "string");
  const refused = { code: "INPUT_INVALID" };
  await assertRejects(hear(new Uint8Array(100)), refused);
  await assertRejects(hear(new Float32Array()), refused);
  await assertRejects(hear(Float32Array.of(NaN)), refused);
  await assertRejects(hear("speech"), refused);
});

Deno.test("unknown tasks and models, and models of other tasks, are said when a pipeline is made", async () => {
  await assertRejects(pipeline("translation", "gte-small"), {
    code: "INPUT_INVALID",
    message: /tasks are feature-extraction, .*automatic-speech-recognition/,
  });
  assertEquals(await codeOf(pipeline("rerank", "no-such-model")), "MODEL_UNKNOWN");
  assertEquals(await codeOf(pipeline("automatic-speech-recognition", "gte-small")), "INPUT_INVALID");
});

Deno.test("wrong inputs are said, and the next ones served", async () => {
  const classify = await pipeline("text-classification", "moods");
  for (const wrong of [undefined, null, 7, [], [1], ["a", null], Array(3_000).fill("a")]) {
    assertEquals(await codeOf(classify(wrong)), "INPUT_INVALID");
  }
  assertEquals(await codeOf(classify("a", "options")), "INPUT_INVALID");
  assertEquals(await codeOf(classify("a".repeat(1_000_001))), "INPUT_TOO_LONG");
  assertMatch(await codeOf(classify(new Int16Array(2))), /INPUT_INVALID/);
  assertEquals(await classify("fine"), { label: "HAPPY", score: 1 });
});

Deno.test("a caller that leaves ends its task", async () => {
  const hear = await pipeline("automatic-speech-recognition", "whisper-tiny");
  const leaving = new AbortController();
  const work = codeOf(hear(new Float32Array(16_000 * 60), { signal: leaving.signal }));
  setTimeout(() => leaving.abort(), 200);
  assertMatch(await work, /AbortError/);
});

Deno.test("when the process that does tasks dies, its tasks are told and the next starts another", async () => {
  const classify = await pipeline("text-classification", "moods");
  const engine = opened.engine.processId;
  const [process] = await processesWith("src/tasks/main.ts");
  const hear = await pipeline("automatic-speech-recognition", "whisper-tiny");
  const work = codeOf(hear(new Float32Array(16_000 * 60)));
  setTimeout(() => Deno.kill(process!, "SIGKILL"), 200);
  assertEquals(await work, "ENGINE_UNAVAILABLE");
  const answer = await eventually(
    () => classify("fine").catch(() => undefined),
    () => "an answer of the next process",
  );
  assertEquals(answer, { label: "HAPPY", score: 1 });
  assertEquals(opened.engine.processId, engine);
});
