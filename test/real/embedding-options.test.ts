/** What a caller may ask of the engine by way of either API, and what the answer tells of the work. */
import { Ollama } from "ollama";
import OpenAI, { APIError } from "openai";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { Project, selvedgeCommand } from "../project.ts";
import { openRawModel } from "../raw-model.ts";

const model = "gte-small";
const text = "Luke, I am your father.";
const tooLong = "word ".repeat(600);

let project: Project;
let openai: OpenAI;
let ollama: Ollama;
Deno.test.beforeAll(async () => {
  project = await Project.start({});
  const { API_URL, ANON_KEY } = project.values;
  openai = new OpenAI({ apiKey: ANON_KEY!, baseURL: `${API_URL}/v1`, maxRetries: 0 });
  ollama = new Ollama({ host: API_URL!, headers: { authorization: `Bearer ${ANON_KEY}` } });
});
Deno.test.afterAll(async () => void await project.stop());

async function vectorOf(input: string | number[], options: object = {}): Promise<number[]> {
  const { data } = await openai.embeddings.create({ model, input, ...options });
  return data[0]!.embedding;
}

async function refusalOf(work: Promise<unknown>): Promise<APIError> {
  const error = await work.then(() => "no error", (error) => error);
  assertTrue(error instanceof APIError, String(error));
  return error;
}

Deno.test("token ids give the vector of the text they come from, with or without the special ones", async () => {
  const ids = (await openRawModel()).ids(text);
  const expected = await vectorOf(text);
  assertEquals(await vectorOf(ids), expected);
  assertEquals(await vectorOf(ids.slice(1, -1)), expected);
  const { data } = await openai.embeddings.create({ model, input: [ids.slice(1, -1), ids] });
  assertEquals(data.map(({ embedding }) => embedding), [expected, expected]);
  const { status, code } = await refusalOf(vectorOf([30_522]));
  assertEquals([status, code], [400, "invalid_value"]);
});

Deno.test("usage counts the tokens that the model read, special ones included", async () => {
  const raw = await openRawModel();
  const input = [text, "one", ""];
  const tokens = input.reduce((sum, one) => sum + raw.tokenCount(one), 0);
  assertEquals((await ollama.embed({ model, input })).prompt_eval_count, tokens);
  const some = tokens - raw.tokenCount("");
  const { data, response } = await openai.embeddings.create({ model, input: input.slice(0, 2) })
    .withResponse();
  assertEquals(data.usage, { prompt_tokens: some, total_tokens: some });
  assertEquals(response.headers.get("selvedge-tokens"), String(some));
  assertMatch(response.headers.get("selvedge-cached-rows")!, /^\d+$/);
});

Deno.test("the headers tell where the time went", async () => {
  const request = openai.embeddings.create({
    model,
    input: `a text that nobody sent: ${crypto.randomUUID()}`,
  });
  const timing = (await request.asResponse()).headers.get("server-timing")!;
  for (const part of ["tokenize", "run"]) {
    assertTrue(Number(timing.match(`${part};dur=([\\d.]+)`)![1]) > 0, timing);
  }
});

Deno.test("dimensions keeps the first so many, of length one again", async () => {
  const whole = await vectorOf(text);
  for (const options of [{ dimensions: 128 }, { dimensions: 128, encoding_format: "float" }]) {
    const short = await vectorOf(text, options);
    assertEquals(short.length, 128);
    const length = Math.hypot(...whole.slice(0, 128));
    for (const [index, value] of short.entries()) {
      assertTrue(Math.abs(value - whole[index]! / length) < 1e-6, `${index}`);
    }
  }
  assertEquals((await ollama.embed({ model, input: text, dimensions: 128 })).embeddings[0]!.length, 128);
  const { status, code } = await refusalOf(vectorOf(text, { dimensions: 385 }));
  assertEquals([status, code], [400, "invalid_value"]);
});

Deno.test("a text too long for the model is refused by OpenAI's API unless asked otherwise, cut by Ollama's likewise", async () => {
  for (const input of [tooLong, "word ".repeat(2_000_000)]) {
    const { status, code, param } = await refusalOf(vectorOf(input));
    assertEquals([status, code, param], [400, "context_length_exceeded", "input"]);
  }
  const cut = await vectorOf(tooLong, { truncate: true });
  assertEquals((await ollama.embed({ model, input: tooLong })).embeddings[0], cut);
  const refused = await ollama.embed({ model, input: tooLong, truncate: false }).catch((error) => error);
  assertEquals([refused.name, refused.status_code], ["ResponseError", 400]);
});

Deno.test("input_type puts the model's own words before a query", async () => {
  const name = "bge-small-en-v1.5";
  const pulled = await selvedgeCommand(["models", "pull", name]);
  assertEquals(pulled.code, 0, pulled.stderr);
  const prefix = "Represent this sentence for searching relevant passages: ";
  const query = await vectorOf("weaving", { model: name, input_type: "query" });
  assertEquals(query, await vectorOf(`${prefix}weaving`, { model: name }));
  const passage = await vectorOf("weaving", { model: name, input_type: "passage" });
  assertEquals(passage, await vectorOf("weaving", { model: name }));
  const { status, param } = await refusalOf(vectorOf("weaving", { input_type: "both" }));
  assertEquals([status, param], [400, "input_type"]);
});
