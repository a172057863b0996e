import { assertEquals } from "../../test/assert.ts";
import { encodeOutput } from "./row-output.ts";

const row = Float32Array.of(0.5, -0.25, 0, 0.125, -0.5, 0.1, 0.2, 0.3, 0.4);

Deno.test("int8 is in 127ths of the largest value, and zeros stay zeros", () => {
  assertEquals(encodeOutput(row, "int8"), Int8Array.of(127, -63, 0, 32, -127, 25, 51, 76, 102));
  assertEquals(encodeOutput(new Float32Array(2), "int8"), new Int8Array(2));
});

Deno.test("binary has one bit a value, the first in the highest place", () => {
  assertEquals(encodeOutput(row, "binary"), Uint8Array.of(0b10010111, 0b10000000));
});
