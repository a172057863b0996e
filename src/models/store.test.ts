import { join } from "node:path";
import { assertEquals, assertMatch, assertThrows } from "../../test/assert.ts";
import { cacheFolder, hubAddress } from "./places.ts";
import { ModelStore } from "./store.ts";
import { selvedgeErrorOf, temporaryStore, tinyContents, tinyModel } from "./tiny-model.ts";

const entry = tinyModel();
const [weights, tokenizer] = entry.files;
if (weights === undefined || tokenizer === undefined) throw new Error("The tiny model lacks files");

Deno.test("a model that is not there, or was cut short, is missing, with the command that brings it", async () => {
  await using place = await temporaryStore();
  const absent = await selvedgeErrorOf(place.store.locate(entry));
  assertEquals(absent.code, "MODEL_MISSING");
  assertMatch(
    absent.message,
    /onnx\/model\.onnx should be 200000 bytes at .*not there; run: selvedge models pull tiny$/,
  );
  await place.store.blobs.prepare([]);
  for (const file of entry.files) {
    await Deno.writeFile(place.store.blobs.pathOf(file), tinyContents.get(file.path) ?? new Uint8Array());
  }
  assertEquals((await place.store.locate(entry)).model, place.store.blobs.pathOf(weights));
  await Deno.truncate(place.store.blobs.pathOf(weights), 5);
  assertMatch((await selvedgeErrorOf(place.store.locate(entry))).message, /it has 5 bytes; run:/);
});

Deno.test("parts of dead processes go, those of living ones and whole files stay", async () => {
  await using place = await temporaryStore();
  await place.store.blobs.prepare([]);
  const path = place.store.blobs.pathOf(weights);
  const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const name of [path, `${path}.dead.part`, `${path}.living.part`]) await Deno.writeTextFile(name, "");
  for (const name of [path, `${path}.dead.part`]) await Deno.utime(name, longAgo, longAgo);
  await place.store.blobs.prepare([]);
  assertEquals(await place.names(), [weights.sha256, `${weights.sha256}.living.part`]);
});

Deno.test("a folder that cannot be written is named with the setting that moves it", async () => {
  await using place = await temporaryStore();
  await Deno.writeTextFile(join(place.folder, "file"), "");
  const blocked = new ModelStore(join(place.folder, "file"));
  const error = await selvedgeErrorOf(blocked.blobs.prepare([]));
  assertEquals(error.code, "SETTINGS_INVALID");
  assertMatch(error.message, /Cannot write to the model folder .*file\/blobs: .*set SELVEDGE_CACHE_DIR/);
  const denied = new ModelStore(
    place.folder,
    () => Promise.reject(new Deno.errors.PermissionDenied("denied")),
  );
  assertEquals((await selvedgeErrorOf(denied.blobs.openPart(tokenizer))).code, "SETTINGS_INVALID");
});

Deno.test("the cache folder is the named one, else the user's", () => {
  assertEquals(cacheFolder({ SELVEDGE_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" }), "/a");
  assertEquals(cacheFolder({ SELVEDGE_CACHE_DIR: "", XDG_CACHE_HOME: "/b", HOME: "/c" }), "/b/selvedge");
  const ofUser = Deno.build.os === "darwin" ? "/c/Library/Caches/selvedge" : "/c/.cache/selvedge";
  assertEquals(cacheFolder({ HOME: "/c" }), ofUser);
});

Deno.test("the hub is the one HF_ENDPOINT names, without its last slash", () => {
  assertEquals(hubAddress({ HF_ENDPOINT: "https://mirror.example/hf/" }), "https://mirror.example/hf");
  assertEquals(hubAddress({}), "https://huggingface.co");
  assertThrows(() => hubAddress({ HF_ENDPOINT: "file:///models" }), /expected an http or https address/);
});
