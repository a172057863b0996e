import { join } from "node:path";
import { Pool } from "undici";
import { metricsPath } from "../../src/contract/index.ts";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { openEngine } from "../engine.ts";
import { eventually, temporaryFolder } from "../project.ts";

const model = "gte-small";
const options = { meanPool: true, normalize: true, caller: "test", tenant: "test" };

Deno.test("a row that was computed before the engine ended comes from the disk, when asked for", async () => {
  await using folder = await temporaryFolder();
  const settings = { cacheFile: join(folder.path, "vectors.sqlite") };
  const rows: number[][] = [];
  for (const cachedRows of [0, 1]) {
    await using opened = await openEngine(settings);
    const reply = await opened.client.embed({ model, inputs: ["kept"], ...options });
    assertEquals(reply.cachedRows, cachedRows);
    rows.push(Array.from(reply.values[0]!));
  }
  assertEquals(rows[0], rows[1]);
});

async function graphMegabytes(socket: string): Promise<number> {
  const pool = new Pool("http://engine", { socketPath: socket });
  const { body } = await pool.request({ path: metricsPath, method: "GET" });
  const [, bytes] = /^selvedge_engine_graph_bytes (\d+)/m.exec(await body.text())!;
  await pool.destroy();
  return Number(bytes) / 1e6;
}

Deno.test("what is idle is unloaded but for the model that is kept, and loaded again when it is asked for", async () => {
  await using opened = await openEngine({ idleUnloadMs: 300 });
  const { client } = opened;
  const bulk = { model, inputs: ["one", "two", "three"], priority: "bulk", ...options } as const;
  await client.embed(bulk);
  assertTrue(await graphMegabytes(opened.socket) > 300, "a bulk lane has the graph too");
  await eventually(
    async () => await graphMegabytes(opened.socket) < 200 || undefined,
    () => "the bulk lane's graph unloaded",
  );
  assertEquals((await client.embed({ ...bulk, inputs: ["four"] })).values[0]!.length, 384);
});

Deno.test("models make room for each other in the memory budget; one that cannot fit is refused, with the setting", async () => {
  await using opened = await openEngine({ memoryBytes: 180e6 });
  const { client } = opened;
  const ask = async (model: string) =>
    (await client.embed({ model, inputs: [model, crypto.randomUUID()], mayBringModel: true, ...options }))
      .values[0]!.length;
  await ask("gte-small-int8");
  const asked = Array.from({ length: 12 }, (_, index) => ask(["gte-small-int8", model][index % 2]!));
  assertEquals(await Promise.all(asked), asked.map(() => 384));
  assertTrue(await graphMegabytes(opened.socket) < 180, "the budget holds");
  const tight = await openEngine({ memoryBytes: 100e6 }).then(() => "it started", String);
  assertMatch(tight, /memory_mb under \[selvedge\.engine\]/);
});
