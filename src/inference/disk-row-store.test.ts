import { join } from "node:path";
import { assertEquals } from "../../test/assert.ts";
import { temporaryFolder } from "../../test/project.ts";
import { DiskRowStore } from "./disk-row-store.ts";

const row = { row: Float32Array.of(1, -2.5, 1e-7), tokens: 5, truncated: true };

Deno.test("a row outlives the process that kept it, to the bit", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "vectors.sqlite");
  const first = new DiskRowStore(path);
  first.set("key", row);
  first.close();
  const second = new DiskRowStore(path);
  assertEquals(second.get("key"), row);
  assertEquals(second.get("another key"), undefined);
  second.close();
});

Deno.test("a damaged file is begun anew", async () => {
  await using folder = await temporaryFolder({ "vectors.sqlite": "this is not a database, ".repeat(1_000) });
  const store = new DiskRowStore(join(folder.path, "vectors.sqlite"));
  assertEquals(store.get("key"), undefined);
  store.set("key", row);
  assertEquals(store.get("key"), row);
  store.close();
});
