import { assertEquals, assertTrue } from "../../test/assert.ts";
import { cacheKey, VectorCache } from "./vector-cache.ts";

const row = (value: number) => ({ row: new Float32Array(100).fill(value), tokens: 3, truncated: false });
const parts = {
  tenant: "a",
  digest: "d",
  tokenizer: "t",
  shape: { normalize: true },
  source: "text",
  maxTokens: 512,
};

Deno.test("a key differs with each thing a row depends on, and with the tenant", () => {
  const others = [
    { tenant: "b" },
    { digest: "e" },
    { tokenizer: "u" },
    { shape: { normalize: false } },
    { source: "texts" },
    { source: [1, 2] },
    { source: "1,2" },
    { maxTokens: 256 },
  ];
  const keys = [parts, ...others.map((other) => ({ ...parts, ...other }))].map(cacheKey);
  assertEquals(new Set(keys).size, keys.length);
  assertEquals(cacheKey({ ...parts }), keys[0]!);
});

Deno.test("the least recently used row is forgotten when the limit is reached", () => {
  const cache = new VectorCache(2_000);
  cache.set("a", row(1));
  cache.set("b", row(2));
  cache.get("a");
  cache.set("c", row(3));
  assertEquals([cache.get("a"), cache.get("b"), cache.get("c")], [row(1), undefined, row(3)]);
  assertTrue(cache.bytes <= 2_000, `${cache.bytes} bytes`);
});

Deno.test("a row that memory forgot comes from the store", () => {
  const stored = new Map([["a", row(1)]]);
  const cache = new VectorCache(2_000, stored);
  assertEquals(cache.get("a"), row(1));
  cache.set("b", row(2));
  assertEquals(stored.get("b"), row(2));
});
