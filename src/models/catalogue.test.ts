import { assertEquals, assertThrows } from "../../test/assert.ts";
import { isSelvedgeError } from "../contract/index.ts";
import { catalogue, findModel } from "./catalogue.ts";

Deno.test("the default model comes first and is the one whose vectors are published", () => {
  assertEquals(catalogue.map(({ name }) => name), ["gte-small", "all-minilm-l6-v2", "bge-small-en-v1.5"]);
  const [weights] = catalogue[0]?.files ?? [];
  assertEquals(weights?.bytes, 133_093_490);
  assertEquals(weights?.sha256, "398a29991324e0b383afa13375d681ced3079c83e097fb1ebd9290d7498523b3");
});

Deno.test("every model has the hub first and a mirror after it", () => {
  for (const { name, sources } of catalogue) {
    assertEquals(sources.map(({ kind }) => kind), ["hub", "npm"], name);
  }
});

Deno.test("finds a model by its exact name", () => {
  assertEquals(findModel("bge-small-en-v1.5").pooling, "cls");
});

Deno.test("an unknown name is refused with the closest one and all there are", () => {
  const refusal = (pattern: RegExp) => (error: unknown) =>
    isSelvedgeError(error) && error.code === "MODEL_UNKNOWN" && pattern.test(error.message);
  assertThrows(() => findModel("gte-smal"), refusal(/"gte-smal".*closest is "gte-small".*all-minilm-l6-v2/));
  assertThrows(() => findModel("GTE-Small"), refusal(/closest is "gte-small"/));
  assertThrows(
    () => findModel("text-embedding-3-large-of-somebody"),
    refusal(/catalogue; the names are gte-small/),
  );
});
