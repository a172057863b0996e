import { assertEquals, assertThrows } from "../../test/assert.ts";
import { decodeEmbedReply, type EmbedReply, encodeEmbedReply } from "./embedding.ts";

const reply = (output: EmbedReply["output"], values: EmbedReply["values"]): EmbedReply => ({
  digest: "ab".repeat(32),
  output,
  rows: values.map((_, input) => ({ input, tokens: 3, truncated: false })),
  cachedRows: 0,
  timing: { tokenizeMs: 0.5, queueMs: 0, runMs: 4, poolMs: 0.25 },
  values,
});

Deno.test("a reply survives the wire in every output, rows of different lengths included", () => {
  for (
    const sent of [
      reply("float", [Float32Array.of(1, -2.5, 1e-7), Float32Array.of(), Float32Array.of(0.1)]),
      reply("int8", [Int8Array.of(127, -127, 0)]),
      reply("binary", [Uint8Array.of(0b10110000, 1)]),
    ]
  ) assertEquals(decodeEmbedReply(encodeEmbedReply(sent).buffer), sent);
});

Deno.test("a reply that was cut is refused", () => {
  const bytes = encodeEmbedReply(reply("float", [Float32Array.of(1, 2)]));
  assertThrows(() => decodeEmbedReply(bytes.slice(0, -4).buffer));
});
