import { createClient } from "@supabase/supabase-js";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { Project } from "../project.ts";
import { openRawModel } from "../raw-model.ts";

const embed = `
const session = new Supabase.ai.Session("gte-small");
Deno.serve(async (request) => {
  const { input, options, model } = await request.json();
  try {
    const used = model === undefined ? session : new Supabase.ai.Session(model);
    const result = await used.run(input, options);
    return Response.json({ result, isArray: Array.isArray(result) });
  } catch (error) {
    return Response.json({ name: error.name, code: error.code, message: error.message });
  }
});`;

let project: Project;
Deno.test.beforeAll(async () => {
  project = await Project.start({ "embed/index.ts": embed });
});
Deno.test.afterAll(async () => void await project.stop());
const text = "Luke, I am your father.";

async function run(body: object) {
  const response = await project.fetch("embed", { method: "POST", body: JSON.stringify(body) });
  return await response.json();
}

function maxDifference(a: readonly number[], b: readonly number[]): number {
  assertEquals(a.length, b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

Deno.test("the published vector comes out, as a plain array of 384 numbers", async () => {
  const { result, isArray } = await run({ input: text });
  const published = [
    -0.047715719789266586,
    -0.006132732145488262,
    0.0368570709,
    -0.0439553014,
    -0.0021700261,
  ];
  assertTrue(isArray, "a plain array");
  assertEquals(result.length, 384);
  assertTrue(maxDifference(result.slice(0, 5), published) < 1e-6, `${result.slice(0, 5)}`);
});

Deno.test("vectors agree with raw ONNX Runtime on the same ids", async () => {
  const raw = await openRawModel();
  for (const input of [text, "", "héllo wörld 你好 😀 [SEP]", "lorem ipsum ".repeat(2_000)]) {
    const { states, tokens } = await raw.run(input);
    const mean = Array.from({ length: 384 }, (_, index) => {
      let sum = 0;
      for (let token = 0; token < tokens; token++) sum += states[token * 384 + index]!;
      return sum / tokens;
    });
    const norm = Math.hypot(...mean);
    const { result } = await run({ input });
    assertTrue(
      maxDifference(result, mean.map((value) => value / norm)) < 1e-6,
      `differs on ${input.slice(0, 20)}`,
    );
  }
});

Deno.test("without pooling the hidden states come flat, divided by one norm for all", async () => {
  const { states } = await (await openRawModel()).run(text);
  const { result: flat } = await run({ input: text, options: { mean_pool: false, normalize: false } });
  assertTrue(maxDifference(flat, [...states]) < 1e-5, "the states");
  const { result: unit } = await run({ input: text, options: { mean_pool: false } });
  assertTrue(Math.abs(Math.hypot(...unit) - 1) < 1e-6, "one norm");
});

Deno.test("an array of texts gives their vectors in order, each as if alone", async () => {
  const texts = ["one", text, "a much longer text about nothing at all, so that lengths differ", "four"];
  const { result } = await run({ input: texts });
  for (const [index, input] of texts.entries()) assertEquals((await run({ input })).result, result[index]);
  assertEquals((await run({ input: [] })).result, []);
});

Deno.test("a text beyond the model's limit is cut at 512 tokens, silently", async () => {
  const words = "word ".repeat(600);
  const { result: states } = await run({ input: words, options: { mean_pool: false } });
  assertEquals(states.length, 512 * 384);
});

Deno.test("bad input and unknown models are told with a code, and what to do", async () => {
  for (const input of [42, null, { a: 1 }, ["text", 1]]) {
    const { code, message } = await run({ input });
    assertEquals(code, "INPUT_INVALID");
    assertMatch(message, /give a string or an array of strings/);
  }
  const unknown = await run({ input: text, model: "gte-smal" });
  assertEquals(unknown.code, "MODEL_UNKNOWN");
  assertMatch(unknown.message, /gte-small/);
});

Deno.test("supabase-js invokes a function with either kind of key", async () => {
  for (const key of [project.values.ANON_KEY!, project.values.PUBLISHABLE_KEY!, project.values.SECRET_KEY!]) {
    const client = createClient(project.values.API_URL!, key, { auth: { persistSession: false } });
    const { data, error } = await client.functions.invoke("embed", { body: { input: text } });
    assertEquals(error, null);
    assertEquals(data.result.length, 384);
  }
});

Deno.test("run() gives details, pieces and small outputs when asked", async () => {
  const { result: plain } = await run({ input: text });
  const { result: detailed } = await run({ input: text, options: { details: true } });
  assertEquals([detailed.embedding, detailed.tokens, detailed.truncated], [plain, 9, false]);
  assertMatch(detailed.digest, /^[0-9a-f]{64}$/);
  const { result: bits } = await run({ input: [text], options: { output: "binary" } });
  assertEquals(bits[0].length, 384 / 8);
  const { result: pieces } = await run({
    input: "one two three",
    options: { chunk: { tokens: 2, overlap: 0 } },
  });
  assertEquals(
    pieces.map(({ text, start, end }: { text: string; start: number; end: number }) => [text, start, end]),
    [
      ["one two", 0, 7],
      ["three", 8, 13],
    ],
  );
  assertEquals(pieces[1].embedding, (await run({ input: "three" })).result);
  const { code } = await run({ input: "word ".repeat(600), options: { truncate: false } });
  assertEquals(code, "INPUT_TOO_LONG");
});
