import { decodeRows, encodeRows } from "./embedding.ts";
import { assertEquals, assertThrows } from "../../test/assert.ts";

Deno.test("rows of any lengths come back as they went", () => {
  const rows = [Float32Array.of(1.5, -2), new Float32Array(0), Float32Array.of(0.25)];
  assertEquals(decodeRows(encodeRows(rows).buffer), [[1.5, -2], [], [0.25]]);
});

Deno.test("a cut body is refused instead of read as a shorter vector", () => {
  const bytes = encodeRows([Float32Array.of(1, 2, 3)]);
  assertThrows(() => decodeRows(bytes.slice(0, bytes.length - 4).buffer), RangeError);
  assertThrows(() => decodeRows(new Uint8Array([...bytes, 0, 0, 0, 0]).buffer), RangeError);
});
