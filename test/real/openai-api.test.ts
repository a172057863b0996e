import OpenAI, { APIError, APIUserAbortError } from "openai";
import { assertEquals, assertMatch, assertRejects, assertTrue } from "../assert.ts";
import { childrenOf, cpuTicks, eventually, processesWith, Project } from "../project.ts";

const embed = `
const session = new Supabase.ai.Session("gte-small");
Deno.serve(async (request) => Response.json(await session.run(await request.json())));`;
const model = "gte-small";
const texts = ["Luke, I am your father.", "one", "ein längerer Text 你好 😀 über gar nichts", "four"];

let project: Project;
let openai: OpenAI;
Deno.test.beforeAll(async () => {
  project = await Project.start({ "embed/index.ts": embed });
  openai = clientWith(project.values.ANON_KEY!);
});
Deno.test.afterAll(async () => void await project.stop());

function clientWith(apiKey: string): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${project.values.API_URL}/v1`, maxRetries: 0 });
}

async function ofFunction(input: readonly string[]): Promise<number[][]> {
  const response = await project.fetch("embed", { method: "POST", body: JSON.stringify(input) });
  return await response.json();
}

async function refusalOf(work: Promise<unknown>) {
  const error = await work.then(() => "no error", (error) => error);
  assertTrue(error instanceof APIError, String(error));
  const { status, type, code, param, message } = error;
  return { status, type, code, param, message };
}

Deno.test("OpenAI's client gets exactly the vectors that a function gets, in order, as base64 and as numbers", async () => {
  const expected = await ofFunction(texts);
  // Left to itself the client asks for base64 and decodes it.
  const { data, object, ...rest } = await openai.embeddings.create({ model, input: texts });
  assertEquals([object, rest.model], ["list", model]);
  assertEquals(data.map(({ embedding }) => embedding), expected);
  assertEquals(data.map(({ index }) => index), [0, 1, 2, 3]);
  const floats = await openai.embeddings.create({ model, input: texts, encoding_format: "float" });
  assertEquals(floats.data.map(({ embedding }) => embedding), expected);
  for (const [index, input] of texts.entries()) {
    const alone = await openai.embeddings.create({ model: "gte-small:latest", input });
    assertEquals(alone.data[0]!.embedding, expected[index]);
  }
});

Deno.test("64 clients at once each get their own vector", async () => {
  const inputs = Array.from({ length: 64 }, (_, index) => `text number ${index}`);
  const answers = await Promise.all(inputs.map((input) => openai.embeddings.create({ model, input })));
  assertEquals(answers.map(({ data }) => data[0]!.embedding), await ofFunction(inputs));
});

Deno.test("input that has no embedding is refused with its status, code and member", async () => {
  const tooMany = Array.from({ length: 2_049 }, () => "text");
  const inputs = ["", [], [""], ["text", ""], [[]], [1.5], [-1], ["text", 1], tooMany, 42, null, { a: 1 }, [[[
    "x",
  ]]]];
  for (const input of inputs) {
    const { status, code, type, param } = await refusalOf(
      openai.embeddings.create({ model, input: input as string }),
    );
    const wanted = [400, "invalid_value", "invalid_request_error", "input"];
    assertEquals([status, code, type, param], wanted, JSON.stringify(input)?.slice(0, 50));
  }
  const unknown = await refusalOf(openai.embeddings.create({ model: "gte-smal", input: "text" }));
  assertEquals([unknown.status, unknown.code, unknown.param], [404, "model_not_found", "model"]);
  assertMatch(unknown.message, /gte-small/);
  for (
    const [member, value] of Object.entries({ model: "x".repeat(1e6), dimensions: 0.5, encoding_format: 7 })
  ) {
    const { status, param, message } = await refusalOf(
      openai.embeddings.create({ model, input: "text", [member]: value }),
    );
    assertEquals([status, param], [400, member]);
    assertTrue(message.length < 500, "a fault of a length that can be read");
  }
});

Deno.test("half a surrogate pair reads as U+FFFD, and NUL as nothing", async () => {
  const input = ["a \ud800 b", "a \ufffd b", "a\0b", "ab"];
  const { data } = await openai.embeddings.create({ model, input });
  assertEquals(data[0]!.embedding, data[1]!.embedding);
  assertEquals(data[2]!.embedding, data[3]!.embedding);
});

Deno.test("a client that goes ends its work in the engine", async () => {
  const own = await childrenOf(project.process.pid);
  const engine = (await processesWith("src/inference/main.ts")).find((id) => own.includes(id))!;
  const leaving = new AbortController();
  const before = await cpuTicks(engine);
  const input = Array.from({ length: 1_000 }, (_, index) => `${index} ${"a text of many words ".repeat(90)}`);
  const work = openai.embeddings.create({ model, input }, { signal: leaving.signal });
  const refused = assertRejects(work, APIUserAbortError);
  await eventually(
    async () => await cpuTicks(engine) - before > 50 ? true : undefined,
    () => "an engine that works",
  );
  leaving.abort();
  await refused;
  await openai.embeddings.create({ model, input: "after what was in flight" });
  await eventually(async () => {
    const busy = await cpuTicks(engine);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return await cpuTicks(engine) - busy < 25 ? true : undefined;
  }, () => "an engine that rests when what was in its threads is done");
});
