import { join } from "node:path";
import { Pool } from "undici";
import { embedPath, isSelvedgeError } from "../../src/contract/index.ts";
import { EngineProcess } from "../../src/inference/index.ts";
import { EngineClient } from "../../src/worker/engine-client.ts";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { cpuTicks, selvedgeCommand, temporaryFolder } from "../project.ts";

const model = "gte-small";
const options = { meanPool: true, normalize: true, caller: "test", tenant: "test" };
const long = "a text of many words ".repeat(100);

async function openEngine() {
  const pulled = await selvedgeCommand(["models", "pull", model]);
  assertEquals(pulled.code, 0, pulled.stderr);
  const folder = await temporaryFolder();
  const socket = join(folder.path, "engine");
  const engine = await EngineProcess.start({
    socket,
    model,
    telemetry: { record: () => {} },
    signal: new AbortController().signal,
  });
  return {
    engine,
    socket,
    async [Symbol.asyncDispose]() {
      await engine.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => "no error", (error) => error);
  return isSelvedgeError(error) ? error.code : String(error);
}

Deno.test("a long list does not hold up the lone text of another caller, and stops when its caller goes", async () => {
  await using opened = await openEngine();
  const [bulk, lone] = [new EngineClient(opened.socket), new EngineClient(opened.socket)];
  const leaving = new AbortController();
  const texts = Array.from({ length: 1_000 }, () => long);
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
  const before = await cpuTicks(opened.engine.processId);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const spent = await cpuTicks(opened.engine.processId) - before;
  assertTrue(spent < 25, `${spent} ticks of 10 ms were spent for nobody`);
});

Deno.test("too many waiting texts and too large a request are refused with their codes", async () => {
  await using opened = await openEngine();
  const client = new EngineClient(opened.socket);
  // undici, because fetch by way of a unix socket has at most some 25 requests under way.
  const pool = new Pool("http://engine", { socketPath: opened.socket, headersTimeout: 0 });
  const busy = Promise.withResolvers<void>();
  const many = Array.from({ length: 700 }, async () => {
    const body = JSON.stringify({ model, inputs: ["a b c d", "e f g h"], ...options });
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
    import { EngineProcess } from ${
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
