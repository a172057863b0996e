import { assertEquals, assertTrue } from "../../test/assert.ts";
import { LineWriter } from "./line-writer.ts";

/** A reader that takes three bytes at a time, and none before it is let go. */
function slowReader() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let text = "";
  const write = async (bytes: Uint8Array) => {
    await promise;
    const taken = bytes.subarray(0, 3);
    text += new TextDecoder().decode(taken);
    return taken.length;
  };
  return { write, letGo: resolve, text: () => text };
}

Deno.test("lines arrive whole and in order, however little the reader takes", async () => {
  const reader = slowReader();
  const writer = new LineWriter(reader);
  for (const line of ["first\n", "second\n", "third\n"]) writer.write(line);
  reader.letGo();
  await writer.flush();
  assertEquals(reader.text(), "first\nsecond\nthird\n");
});

Deno.test("a reader that stalls costs lines and not memory, and is told how many", async () => {
  const reader = slowReader();
  const writer = new LineWriter(reader);
  for (let index = 0; index < 10_011; index++) writer.write("x\n");
  reader.letGo();
  await writer.flush();
  const lines = reader.text().trimEnd().split("\n");
  assertEquals(lines.filter((line) => line === "x").length, 10_001);
  assertTrue(lines.at(-1)!.startsWith("10 lines of the log were dropped"), lines.at(-1)!);
});

Deno.test("a reader that has gone is no error", async () => {
  const writer = new LineWriter({ write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")) });
  writer.write("unheard\n");
  await writer.flush();
});
