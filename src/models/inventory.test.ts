import { assertEquals } from "../../test/assert.ts";
import { isInstalled, removeModel, verifyModel } from "./inventory.ts";
import { pullModel } from "./pull.ts";
import { never, temporaryStore, tinyHub, tinyModel } from "./tiny-model.ts";

const entry = tinyModel();

Deno.test("verifying reads the bytes again, and removes the file that changed under its name", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const options = { store: place.store, signal: never, env: hub.env };
  const { tokenizer, tokenizerConfig } = await pullModel(entry, options);
  assertEquals((await verifyModel(entry, options)).map(({ state }) => state), ["ok", "ok", "ok", "ok"]);

  const size = (await Deno.stat(tokenizer)).size;
  await Deno.writeTextFile(tokenizer, "x".repeat(size));
  await Deno.remove(tokenizerConfig);
  assertEquals(await isInstalled({ ...entry, files: entry.files.slice(0, 2) }, place.store), true);
  const verdicts = await verifyModel(entry, options);
  assertEquals(verdicts.map(({ state }) => state), ["ok", "corrupt", "missing", "ok"]);
  assertEquals(verdicts[1]?.found?.bytes, size);
  assertEquals(await isInstalled(entry, place.store), false);
  assertEquals((await place.names()).length, 2);

  await pullModel(entry, options);
  assertEquals((await verifyModel(entry, options)).map(({ state }) => state), ["ok", "ok", "ok", "ok"]);
});

Deno.test("removing a model spares the files another installed model shares, until that goes too", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const { store } = place;
  const [weights, ...shared] = entry.files;
  const otherWeights = { ...shared[0], role: "model", path: "tokenizer.json" } as const;
  if (weights === undefined || shared[0] === undefined) throw new Error("The tiny model lacks files");
  const other = { ...entry, name: "other", files: [{ ...shared[0], ...otherWeights }, ...shared] };
  const models = [entry, other];
  await pullModel(entry, { store, signal: never, env: hub.env });
  assertEquals(await removeModel(entry, { store, models }), [weights]);
  assertEquals(await isInstalled(other, store), true);
  assertEquals((await removeModel(other, { store, models })).length, 3);
  assertEquals(await place.names(), []);
  assertEquals(await removeModel(other, { store, models }), []);
});
