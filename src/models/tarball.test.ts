import { Buffer } from "node:buffer";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { Header } from "tar";
import { SourceFault } from "./source.ts";
import { TarballReader } from "./tarball.ts";

/** The header of an entry that claims `size` bytes. */
function header(path: string, size: number): Uint8Array {
  const block = Buffer.alloc(512);
  new Header({ path, size, type: "File", mode: 0o644 }).encode(block);
  return block;
}

Deno.test("an archive bomb is given up at the header that claims too much, wanted or not", async () => {
  let isStopped = false;
  const reader = new TarballReader({
    wanted: new Map(),
    mayLack: true,
    receive: () => Promise.reject(new Error("nothing is wanted")),
    stop: () => isStopped = true,
  });
  async function* chunks() {
    yield header("package/zeros.bin", 40e9);
    while (!isStopped) yield await Promise.resolve(new Uint8Array(65_536));
  }
  const fault = await reader.read(chunks()).catch((error) => error);
  assertEquals(fault instanceof SourceFault && fault.kind, "corrupt");
  assertMatch(fault.message, /more than 32000000000 bytes come out of the package: an archive bomb/);
});
