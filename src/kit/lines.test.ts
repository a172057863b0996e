import { lines, maxLineCharacters } from "./lines.ts";
import { assertEquals } from "../../test/assert.ts";

async function linesOf(...chunks: Uint8Array<ArrayBuffer>[]): Promise<string[]> {
  return await Array.fromAsync(lines(ReadableStream.from(chunks)));
}

Deno.test("lines are the same wherever the bytes were split", async () => {
  const bytes = new TextEncoder().encode("één\r\n\n😀 twee\nrest");
  for (let at = 0; at <= bytes.length; at++) {
    assertEquals(await linesOf(bytes.slice(0, at), bytes.slice(at)), ["één", "", "😀 twee", "rest"]);
  }
});

Deno.test("a line without end is cut at the limit", async () => {
  const chunk = new TextEncoder().encode("x".repeat(maxLineCharacters - 1));
  const [first, second] = await linesOf(chunk, chunk, new TextEncoder().encode("\nnext\n"));
  assertEquals(first?.length, maxLineCharacters);
  assertEquals(second, "next");
});
