import { join } from "node:path";
import { Pool } from "undici";
import { embedPath, type EmbedRequest } from "../../src/contract/index.ts";
import { encodeOutput } from "../../src/inference/row-output.ts";
import { findModel } from "../../src/models/index.ts";
import { EngineClient } from "../../src/worker/engine-client.ts";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { codeOf, openEngine } from "../engine.ts";
import { cpuTicks, temporaryFolder } from "../project.ts";

const model = "gte-small";
const options = { meanPool: true, normalize: true, caller: "test", tenant: "test" };
const long = "a text of many words ".repeat(100);

Deno.test("a long list does not hold up the lone text of another caller, and stops when its caller goes", async () => {
  await using opened = await openEngine();
  const [bulk, lone] = [opened.client, new EngineClient(opened.socket)];
  const leaving = new AbortController();
  const texts = Array.from({ length: 1_000 }, (_, index) => `${index} ${long}`);
  let isBulkDone = false;
  const work = bulk.embed({ model, inputs: texts, ...options }, leaving.signal).finally(() =>
    isBulkDone = true
  );
  const refused = codeOf(work);
  for (let round = 0; round < 3; round++) {
    assertEquals((await lone.embed({ model, inputs: ["lone"], ...options })).values[0]!.length, 384);
  }
  assertTrue(!isBulkDone, "the bulk was still under way");
  leaving.abort();
  assertMatch(await refused, /AbortError/);
  await lone.embed({ model, inputs: ["after what was in flight"], ...options });
  let spent = Infinity;
  for (let round = 0; spent >= 25 && round < 10; round++) {
    const before = await cpuTicks(opened.engine.processId);
    await new Promise((resolve) => setTimeout(resolve, 500));
    spent = await cpuTicks(opened.engine.processId) - before;
  }
  assertTrue(spent < 25, `${spent} ticks of 10 ms in half a second are spent for nobody`);
});

Deno.test("too many waiting texts and too large a request are refused with their codes", async () => {
  await using opened = await openEngine();
  const { client } = opened;
  // undici, because fetch by way of a unix socket has at most some 25 requests under way.
  const pool = new Pool("http://engine", { socketPath: opened.socket, headersTimeout: 0 });
  const busy = Promise.withResolvers<void>();
  const many = Array.from({ length: 700 }, async (_, index) => {
    const body = JSON.stringify({ model, inputs: [`${index} ${long}`], ...options });
    const answer = await pool.request({ path: embedPath, method: "POST", body });
    if (answer.statusCode === 503 && (await answer.body.text()).includes("ENGINE_BUSY")) busy.resolve();
  });
  many.forEach((request) => request.catch(() => "it was cut below"));
  await busy.promise;
  await pool.destroy();
  const texts = Array.from({ length: 2_049 }, () => "text");
  assertEquals(await codeOf(client.embed({ model, inputs: texts, ...options })), "INPUT_INVALID");
  const huge = ["x".repeat(33 * 1024 * 1024)];
  assertEquals(await codeOf(client.embed({ model, inputs: huge, ...options })), "INPUT_INVALID");
  assertEquals((await client.embed({ model, inputs: ["still well"], ...options })).values.length, 1);
});

Deno.test("an engine without its weights does not start, and says what it lacks", async () => {
  await using folder = await temporaryFolder();
  const script = `
    import { type EngineOptions, EngineProcess } from ${
    JSON.stringify(new URL("../../src/inference/index.ts", import.meta.url).href)
  };
    const options = { socket: ${JSON.stringify(join(folder.path, "engine"))}, model: "${model}" };
    await EngineProcess.start({ ...options, telemetry: { record() {} }, signal: new AbortController().signal }).catch((error) => {
      console.log(error.code, error.message);
    });`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${config}`, "--ext=ts", script],
    env: { SELVEDGE_CACHE_DIR: folder.path },
  }).output();
  assertMatch(
    new TextDecoder().decode(stdout),
    /ENGINE_UNAVAILABLE[\s\S]*run: selvedge models pull gte-small/,
  );
});

/** A small generator of numbers from 0 to 1, the same ones for the same seed (Park and Miller, 1988). */
function numbers(seed: number): () => number {
  return () => (seed = seed * 48_271 % 2_147_483_647) / 2_147_483_647;
}

const words = "the weaver's loom façade 織物 🧵 x=f(y) Grüße и 42,7 supercalifragilistic \n if(a){b} ok"
  .split(" ");
function randomText(next: () => number): string {
  const count = 1 + Math.floor(next() ** 3 * 60);
  return Array.from({ length: count }, () => words[Math.floor(next() * words.length)]).join(" ");
}

for (const model of ["gte-small", "gte-small-int8"]) {
  Deno.test(`the same text has the same bits: alone, in any batch, in either lane, in any order, at any concurrency: ${model}`, async () => {
    await using opened = await openEngine({ cacheBytes: 0 }, model);
    const { client } = opened;
    const next = numbers(20_261);
    const texts = [...new Set(Array.from({ length: 64 }, () => randomText(next)))];
    const alone = new Map<string, string>();
    const bits = (row: ArrayLike<number>) => Array.from(row).join();
    for (const text of texts) {
      alone.set(text, bits((await client.embed({ model, inputs: [text], ...options })).values[0]!));
    }
    for (let round = 0; round < 12; round++) {
      const shuffled = texts.map((text) => ({ text, at: next() })).sort((a, b) => a.at - b.at);
      const inputs = shuffled.slice(0, 1 + Math.floor(next() * texts.length)).map(({ text }) => text);
      const priority = round % 2 === 0 ? "bulk" as const : "interactive" as const;
      const parts = 1 + Math.floor(next() * 4);
      await Promise.all(Array.from({ length: parts }, async (_, part) => {
        const own = inputs.filter((_, index) => index % parts === part);
        const { values } = await client.embed({
          model,
          inputs: own,
          priority,
          ...options,
          caller: `${part}`,
        });
        values.forEach((row, index) => assertEquals(bits(row), alone.get(own[index]!)!, own[index]));
      }));
    }
  });
}

Deno.test("no request is lost when the engine is killed under load: they are asked again by themselves", async () => {
  await using opened = await openEngine({ cacheBytes: 0 });
  const { client } = opened;
  const requests = Array.from({ length: 40 }, async (_, index) => {
    await new Promise((resolve) => setTimeout(resolve, 20 * index));
    return (await client.embed({ model, inputs: [`text ${index}`], ...options })).values[0]!.length;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  Deno.kill(opened.engine.processId, "SIGKILL");
  assertEquals(await Promise.all(requests), requests.map(() => 384));
});

Deno.test("equal texts under way are computed once, cached ones not again, and another tenant's do not answer", async () => {
  await using opened = await openEngine();
  const { client } = opened;
  const ask = (tenant: string) => client.embed({ model, inputs: [long], ...options, tenant });
  const both = await Promise.all([ask("a"), ask("a")]);
  assertEquals(both.map(({ cachedRows }) => cachedRows), [0, 0]);
  assertEquals(both[0]!.timing.runMs, both[1]!.timing.runMs);
  assertEquals((await ask("a")).cachedRows, 1);
  assertEquals((await ask("b")).cachedRows, 0);
});

Deno.test("options of a request: tokens, cut, pieces, dimensions, outputs", async () => {
  await using opened = await openEngine();
  const { client } = opened;
  const embed = (more: Partial<EmbedRequest>) =>
    client.embed({ model, inputs: ["Luke, I am your father."], ...options, ...more });
  const plain = await embed({});
  assertEquals(plain.rows, [{ input: 0, tokens: 9, truncated: false }]);
  assertEquals(plain.digest, (await findModel(model)).files.find(({ role }) => role === "model")!.sha256);
  const ids = [5355, 1010, 1045, 2572, 2115, 2269, 1012];
  const tokens = await embed({ inputs: [ids, [101, ...ids, 102]] });
  assertEquals(tokens.values, [plain.values[0]!, plain.values[0]!]);
  assertEquals(await codeOf(embed({ inputs: [[30_522]] })), "INPUT_INVALID");
  assertEquals((await embed({ inputs: ["word ".repeat(600)] })).rows[0], {
    input: 0,
    tokens: 512,
    truncated: true,
  });
  assertEquals(await codeOf(embed({ inputs: ["word ".repeat(600)], truncate: false })), "INPUT_TOO_LONG");
  const short = (await embed({ dimensions: 8 })).values[0] as Float32Array;
  assertEquals(short.length, 8);
  assertTrue(Math.abs(Math.hypot(...short) - 1) < 1e-6, "a cut vector has length one");
  assertEquals(await codeOf(embed({ dimensions: 385 })), "INPUT_INVALID");
  assertEquals(
    (await embed({ output: "int8" })).values[0],
    encodeOutput(plain.values[0] as Float32Array, "int8"),
  );
  assertEquals(
    (await embed({ output: "binary" })).values[0],
    encodeOutput(plain.values[0] as Float32Array, "binary"),
  );
  const pieces = await embed({ inputs: ["one two three", "four"], chunk: { tokens: 2, overlap: 1 } });
  assertEquals(pieces.rows.map(({ input, range }) => [input, range]), [[0, [0, 7]], [0, [4, 13]], [1, [
    0,
    4,
  ]]]);
  assertEquals(pieces.values[2], (await embed({ inputs: ["four"] })).values[0]);
  assertEquals(await codeOf(embed({ chunk: { tokens: 511, overlap: 0 } })), "INPUT_INVALID");
});

Deno.test("hostile texts are embedded or refused, and the engine lives", async () => {
  await using opened = await openEngine();
  const { client } = opened;
  const hostile = [
    "",
    "\0",
    "a\0b",
    "\ud800",
    "x\udfffy",
    " ".repeat(10_000_000),
    "a".repeat(10_000_000),
    "😀".repeat(1_000_000),
  ];
  for (const text of hostile) {
    const { values } = await client.embed({ model, inputs: [text], ...options });
    assertTrue(values[0]!.every(Number.isFinite), `${text.slice(0, 10)} gives numbers`);
  }
  assertEquals((await client.embed({ model, inputs: [], ...options })).values, []);
  for (const inputs of [[1], "text", [[-1]], [[1.5]], [null], { 0: "a" }]) {
    assertEquals(await codeOf(client.embed({ model, inputs: inputs as never, ...options })), "INPUT_INVALID");
  }
  assertEquals(await codeOf(client.embed({ model: "gte-smal", inputs: ["a"], ...options })), "MODEL_UNKNOWN");
});
