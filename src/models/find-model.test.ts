import { assertEquals, assertMatch } from "../../test/assert.ts";
import { everyModel, findEmbeddingModel, findModel } from "./find-model.ts";
import { selvedgeErrorOf, temporaryStore, tinyModel } from "./tiny-model.ts";

Deno.test("finds a model by its exact name, in the catalogue or among the added ones", async () => {
  await using place = await temporaryStore();
  const { store } = place;
  assertEquals((await findEmbeddingModel("bge-small-en-v1.5", store)).pooling, "cls");
  await store.added.add({ ...tinyModel([]), origin: "added" });
  assertEquals((await findModel("tiny", store)).origin, "added");
});

Deno.test("an unknown name is refused with the closest one and all there are", async () => {
  await using place = await temporaryStore();
  const messageFor = async (name: string) => {
    const error = await selvedgeErrorOf(findModel(name, place.store));
    assertEquals(error.code, "MODEL_UNKNOWN");
    return error.message;
  };
  assertMatch(await messageFor("gte-smal"), /"gte-smal".*closest is "gte-small".*all-minilm-l6-v2/);
  assertMatch(await messageFor("GTE-Small"), /closest is "gte-small"/);
  assertMatch(await messageFor("text-embedding-3-large-of-somebody"), /catalogue; the names are gte-small/);
});

Deno.test("NAME-int8 is a model made out of NAME's graph, with the same tokenizer", async () => {
  await using place = await temporaryStore();
  const base = await findEmbeddingModel("e5-small-v2", place.store);
  const derived = await findEmbeddingModel("e5-small-v2-int8", place.store);
  assertEquals(derived.derivedFrom, "e5-small-v2");
  assertEquals([derived.precision, derived.prefixes], ["int8", base.prefixes]);
  assertEquals(derived.files.slice(1), base.files.slice(1));
  assertEquals((await findEmbeddingModel("gte-small-int8", place.store)).derivedFrom, "gte-small");
  const names = (await everyModel(place.store)).map(({ name }) => name);
  assertEquals(names.includes("gte-small-int8"), true);
  assertEquals(names.includes("e5-small-v2-int8"), false, "it was never made");
});

Deno.test("no int8 model is made of what is int8 already, or embeds nothing", async () => {
  await using place = await temporaryStore();
  const already = await selvedgeErrorOf(findModel("bge-small-en-v1.5-int8", place.store));
  assertEquals(already.code, "MODEL_INVALID");
  assertMatch(already.message, /"bge-small-en-v1\.5" is int8 already/);
  const speech = await selvedgeErrorOf(findModel("whisper-tiny-int8", place.store));
  assertMatch(speech.message, /"whisper-tiny" is for automatic-speech-recognition/);
});

Deno.test("a model of another task is refused where vectors are wanted", async () => {
  await using place = await temporaryStore();
  const error = await selvedgeErrorOf(findEmbeddingModel("whisper-tiny", place.store));
  assertEquals(error.code, "INPUT_INVALID");
  assertMatch(
    error.message,
    /it is for automatic-speech-recognition; expected a model for feature-extraction/,
  );
});
