import { Ollama } from "ollama";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { Project } from "../project.ts";
import { openRawModel } from "../raw-model.ts";

const embed = `
const session = new Supabase.ai.Session("gte-small");
Deno.serve(async (request) => Response.json(await session.run(await request.json())));`;
const model = "gte-small";
const texts = ["Luke, I am your father.", "one", "ein längerer Text 你好 😀 über gar nichts"];

let project: Project;
let ollama: Ollama;
Deno.test.beforeAll(async () => {
  project = await Project.start({ "embed/index.ts": embed });
  ollama = clientWith(project.values.ANON_KEY!);
});
Deno.test.afterAll(async () => void await project.stop());

function clientWith(key: string): Ollama {
  return new Ollama({ host: project.values.API_URL!, headers: { authorization: `Bearer ${key}` } });
}

async function ofFunction(input: readonly string[]): Promise<number[][]> {
  const response = await project.fetch("embed", { method: "POST", body: JSON.stringify(input) });
  return await response.json();
}

async function refusalOf(work: Promise<unknown>): Promise<{ status: number; message: string }> {
  const error = await work.then(() => "no error", (error) => error);
  assertTrue(error.name === "ResponseError", String(error));
  return { status: error.status_code, message: error.message };
}

Deno.test("Ollama's client gets exactly the vectors that a function gets, in order", async () => {
  const answer = await ollama.embed({
    model: `${model}:latest`,
    input: texts,
    keep_alive: "5m",
    options: { seed: 1 },
  });
  assertEquals(answer.embeddings, await ofFunction(texts));
  assertEquals(answer.model, `${model}:latest`);
  assertTrue(answer.total_duration > 1e6 && answer.total_duration < 60e9, "nanoseconds");
  const alone = await ollama.embed({ model, input: texts[0]! });
  assertEquals(alone.embeddings, answer.embeddings.slice(0, 1));
});

Deno.test("the older /api/embeddings gives one vector that is not normalised", async () => {
  const { embedding } = await ollama.embeddings({ model, prompt: texts[0]! });
  const { states, tokens } = await (await openRawModel()).run(texts[0]!);
  for (const [index, value] of embedding.entries()) {
    let sum = 0;
    for (let token = 0; token < tokens; token++) sum += states[token * 384 + index]!;
    assertTrue(Math.abs(value - sum / tokens) < 1e-5, `dimension ${index}`);
  }
});

Deno.test("without a text the model is loaded and nothing comes, as from Ollama", async () => {
  assertEquals((await ollama.embed({ model, input: "" })).embeddings, []);
  assertEquals((await ollama.embed({ model, input: [] })).embeddings, []);
  assertEquals((await ollama.embeddings({ model, prompt: "" })).embedding, []);
});

Deno.test("a text beyond the model's limit is cut there", async () => {
  const huge = "word ".repeat(2_000_000);
  const { embeddings } = await ollama.embed({ model, input: [huge, "word ".repeat(600)] });
  assertEquals(embeddings[0], embeddings[1]);
});

Deno.test("wrong input, an unknown model and a wrong key are refused in Ollama's words, and it lives on", async () => {
  const tooMany = Array.from({ length: 2_049 }, () => "x");
  const inputs: unknown[] = [42, { a: 1 }, ["text", 1], [[1]], [null], tooMany];
  for (const input of inputs) {
    const { status, message } = await refusalOf(ollama.embed({ model, input: input as string }));
    assertEquals(status, 400, JSON.stringify(input).slice(0, 50));
    assertMatch(message, /input: Expected a string or an array of at most 2048 strings/);
  }
  const prompts: unknown[] = [42, ["text"]];
  for (const prompt of prompts) {
    assertEquals((await refusalOf(ollama.embeddings({ model, prompt: prompt as string }))).status, 400);
  }
  const unknown = await refusalOf(ollama.embed({ model: "gte-smal", input: "text" }));
  assertEquals(unknown.status, 404);
  assertMatch(unknown.message, /gte-small/);
  assertEquals((await refusalOf(clientWith("wrong").embed({ model, input: "text" }))).status, 401);
  assertEquals((await ollama.embed({ model, input: "a \ud800 \0 b" })).embeddings.length, 1);
});
