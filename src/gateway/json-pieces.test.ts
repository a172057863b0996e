import { assertEquals } from "../../test/assert.ts";
import { jsonWithArray } from "./json-pieces.ts";

Deno.test("the pieces are the JSON of the whole, with many items, one and none", () => {
  for (const items of [[[0.5], [-1e-9], []], [{ a: "ü" }], []]) {
    const pieces = [...jsonWithArray({ model: 'a "name"' }, "data", items)];
    assertEquals(JSON.parse(pieces.join("")), { model: 'a "name"', data: items });
    assertEquals(pieces.length, items.length + 1);
  }
});
