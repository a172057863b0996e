import { assertEquals } from "../test/assert.ts";
import { spearman } from "./spearman.ts";

Deno.test("the same order is 1, the reverse is -1, whatever the distances", () => {
  assertEquals(spearman([1, 2, 3], [10, 200, 201]), 1);
  assertEquals(spearman([1, 2, 3], [3, 2, -50]), -1);
});

Deno.test("equal values share the mean of their ranks", () => {
  // Ranks 0.5 0.5 2 3 and 0 1 2 3: covariance 4.5, variances 4.5 and 5.
  assertEquals(spearman([1, 1, 2, 3], [1, 2, 3, 4]).toFixed(6), (4.5 / Math.sqrt(4.5 * 5)).toFixed(6));
});
