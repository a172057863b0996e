import { l2Normalize, pool } from "./pooling.ts";
import { assertEquals } from "../../test/assert.ts";

const states = Float32Array.of(1, 2, 3, 6, 5, 4);

Deno.test("mean pooling averages the tokens, CLS pooling takes the first, last-token pooling the last", () => {
  assertEquals([...pool(states, 2, "mean")], [3, 4]);
  assertEquals([...pool(states, 2, "cls")], [1, 2]);
  assertEquals([...pool(states, 2, "last")], [5, 4]);
});

Deno.test("a vector has length one after normalising, and zeros stay zeros", () => {
  assertEquals([...l2Normalize(Float64Array.of(3, 4))], [...Float32Array.of(0.6, 0.8)]);
  assertEquals([...l2Normalize(new Float64Array(2))], [0, 0]);
});
