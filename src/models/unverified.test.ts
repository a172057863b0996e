import { join } from "node:path";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { SelvedgeError } from "../contract/index.ts";
import { verifyModel } from "./inventory.ts";
import { pullModel } from "./pull.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyContents, tinyHub, tinyModel } from "./tiny-model.ts";

const tiny = tinyModel();
const entry = { ...tiny, files: tiny.files.map((file) => ({ ...file, bytes: null, sha256: null })) };

Deno.test("an unverified file is recorded as it first came, and located like a pinned one", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const options = { store: place.store, signal: never, env: hub.env };
  assertMatch((await selvedgeErrorOf(place.store.locate(entry))).message, /has never been fetched/);
  const located = await pullModel(entry, options);
  assertEquals(located.modelSha256, tiny.files[0]?.sha256);
  assertEquals(await place.store.filesOf(entry), [...tiny.files]);
  assertEquals((await verifyModel(entry, options)).map(({ state }) => state), ["ok", "ok", "ok", "ok"]);
});

Deno.test("an unverified model that fails its trial is neither kept nor recorded", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const options = { store: place.store, signal: never, env: hub.env };
  const check = () => Promise.reject(new SelvedgeError("MODEL_INVALID", "It crashed"));
  assertEquals((await selvedgeErrorOf(pullModel(entry, { ...options, check }))).message, "It crashed");
  assertEquals(await place.names(), []);
  assertEquals(await place.store.filesOf(entry), [...entry.files]);
  await pullModel(entry, { ...options, check: () => Promise.resolve({ dimensions: 4 }) });
  await pullModel(entry, { ...options, check });
});

Deno.test("what was recorded is held: another digest at a later fetch is corrupt", async () => {
  await using place = await temporaryStore();
  const options = { store: place.store, signal: never };
  {
    await using hub = tinyHub(() => undefined);
    const { tokenizer } = await pullModel(entry, { ...options, env: hub.env });
    await Deno.remove(tokenizer);
  }
  await using changed = tinyHub(() => new Response('{"version":"6.6"}'));
  const error = await selvedgeErrorOf(pullModel(entry, { ...options, env: changed.env }));
  assertEquals(error.code, "MODEL_CORRUPT");
  assertMatch(error.message, /tokenizer\.json: expected 17 bytes with sha256 .*, came 17 bytes with sha256/);
  assertEquals(changed.asked, ["tokenizer.json"]);
});

Deno.test("of two fetches that differ, the first to arrive is recorded and the other refused", async () => {
  await using place = await temporaryStore();
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const hubOf = (text: string) =>
    tinyHub(async (path) => {
      if (path !== "tokenizer.json") return new Response(tinyContents.get(path));
      if (++waiting === 2) both.resolve();
      await both.promise;
      return new Response(text);
    });
  await using one = hubOf('{"hub":1}');
  await using two = hubOf('{"hub":2}');
  const pulls = await Promise.allSettled(
    [one, two].map(({ env }) => pullModel(entry, { store: place.store, signal: never, env })),
  );
  assertEquals(pulls.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  const refused = pulls.find((pull) => pull.status === "rejected");
  assertEquals(refused?.reason.code, "MODEL_CORRUPT");
});

Deno.test("an empty file, and a configuration without end, are no files of a model", async () => {
  await using place = await temporaryStore();
  const pullFrom = async (content: Uint8Array<ArrayBuffer>) => {
    await using hub = tinyHub((path) => path === "config.json" ? new Response(content) : undefined);
    return (await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env: hub.env })))
      .message;
  };
  assertMatch(await pullFrom(new Uint8Array()), /config\.json: expected 1 to 1000000 bytes, came 0 bytes/);
  assertMatch(await pullFrom(new Uint8Array(2_000_000)), /config\.json: .*, came more than 1000000 bytes/);
});

Deno.test("a graph of several files is shown in a folder, where its parts lie beside it", async () => {
  await using hub = tinyHub((path) => path === "onnx/model.onnx_data" ? new Response("weights") : undefined);
  await using place = await temporaryStore();
  const data = { role: "extra", path: "onnx/model.onnx_data", bytes: null, sha256: null } as const;
  const large = { ...entry, files: [...entry.files, data] };
  const options = { store: place.store, signal: never, env: hub.env };
  const { model } = await pullModel(large, options);
  assertMatch(model, /models\/tiny@[0-9a-f]{12}\/onnx\/model\.onnx$/);
  assertEquals(await Deno.readTextFile(`${model}_data`), "weights");
  const folder = await place.store.folderOf(large);
  assertEquals(join(folder, "onnx/model.onnx"), model);

  await Deno.remove(`${model}_data`);
  assertEquals((await selvedgeErrorOf(place.store.locate(large))).code, "MODEL_MISSING");
  await pullModel(large, options);
  assertEquals((await place.store.locate(large)).model, model);
});
