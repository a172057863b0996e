import { createHash } from "node:crypto";
import type { ModelFile } from "./catalogue.ts";
import { SourceFault } from "./source.ts";
import type { ModelStore } from "./store.ts";
import { isDiskFull } from "./system-error.ts";

/** Enough of a wrong answer to recognise an error page by. */
const shownBytes = 80;

/**
 * Brings one file into the store from its bytes: written to a part, proved, then renamed. Whatever goes wrong,
 * the part is gone when this returns. Reads no further than one chunk past the expected size.
 *
 * @throws SourceFault when the bytes are not the file; DISK_FULL when they do not fit; what `chunks` threw.
 */
export async function receiveFile(
  store: ModelStore,
  file: ModelFile,
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (receivedBytes: number) => void,
): Promise<void> {
  const { path, part } = await store.openPart(file);
  try {
    try {
      await writeProved(file, chunks, part, onBytes);
    } finally {
      part.close();
    }
    await Deno.rename(path, store.pathOf(file));
  } catch (error) {
    await removePart(path);
    throw isDiskFull(error) ? await store.diskFull(file, error) : error;
  }
}

async function writeProved(
  file: ModelFile,
  chunks: AsyncIterable<Uint8Array>,
  part: Deno.FsFile,
  onBytes: (receivedBytes: number) => void,
): Promise<void> {
  const hash = createHash("sha256");
  let receivedBytes = 0;
  let head = new Uint8Array();
  for await (const chunk of chunks) {
    if (head.length < shownBytes) {
      head = Uint8Array.from([...head, ...chunk.subarray(0, shownBytes - head.length)]);
    }
    receivedBytes += chunk.length;
    if (receivedBytes > file.bytes) throw wrongFile(file, `more than ${file.bytes} bytes`, head);
    hash.update(chunk);
    await writeAll(part, chunk);
    onBytes(receivedBytes);
  }
  const digest = hash.digest("hex");
  if (receivedBytes !== file.bytes) throw wrongFile(file, `${receivedBytes} bytes`, head);
  if (digest !== file.sha256) throw wrongFile(file, `${receivedBytes} bytes with sha256 ${digest}`, head);
  // The name will be trusted after a power cut too, so the bytes must be down before it is given.
  await part.sync();
}

async function writeAll(part: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;) written += await part.write(chunk.subarray(written));
}

function wrongFile(file: ModelFile, came: string, head: Uint8Array): SourceFault {
  return new SourceFault("corrupt", `${expectation(file)}, came ${came}${describeHead(head)}`);
}

/** What a file must be, as every message about a wrong one says it. */
export function expectation(file: ModelFile): string {
  return `${file.path}: expected ${file.bytes} bytes with sha256 ${file.sha256}`;
}

/** ` beginning "<!DOCTYPE …"` when the bytes read as text, for they are then an error page; else nothing. */
export function describeHead(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, shownBytes)).replace(/\s+/g, " ").trim();
  // deno-lint-ignore no-control-regex -- control characters are what tells bytes from text
  return text === "" || /[\u0000-\u001f\ufffd]/.test(text) ? "" : ` beginning ${JSON.stringify(text)}`;
}

async function removePart(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    // Already gone: a sweep of another process, or the rename had happened.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
