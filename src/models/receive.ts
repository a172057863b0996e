import { createHash } from "node:crypto";
import type { FileDigest, ModelEntry, ModelFile } from "./catalogue-schema.ts";
import { limitOf } from "./file-limits.ts";
import { SourceFault } from "./source.ts";
import type { ModelStore } from "./store.ts";
import { isDiskFull } from "./system-error.ts";

/** Enough of a wrong answer to recognise an error page by. */
const shownBytes = 80;

/**
 * Brings one file of a model into the store from its bytes: written to a part, proved, then renamed. Whatever goes
 * wrong, the part is gone when this returns. Reads no further than one chunk past the expected size. A file that
 * nobody knew is recorded as it came, and held to that from then on.
 *
 * @throws SourceFault when the bytes are not the file; DISK_FULL when they do not fit; what `chunks` threw.
 */
export async function receiveFile(
  { store, entry }: { readonly store: ModelStore; readonly entry: ModelEntry },
  file: ModelFile,
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (receivedBytes: number) => void,
): Promise<void> {
  const { path, part } = await store.blobs.openPart(file);
  try {
    let came: FileDigest;
    try {
      came = await writeProved(file, chunks, part, onBytes);
    } finally {
      part.close();
    }
    if (file.sha256 === null) await hold(store, entry, file, came);
    await Deno.rename(path, store.blobs.pathOf(came));
  } catch (error) {
    await removePart(path);
    throw isDiskFull(error) ? await store.blobs.diskFull(file, error) : error;
  }
}

/** Records what came; when another process recorded something else meanwhile, this is the wrong one. */
async function hold(store: ModelStore, entry: ModelEntry, file: ModelFile, came: FileDigest): Promise<void> {
  const held = await store.record(entry, file, came);
  if (held.sha256 === came.sha256) return;
  throw wrongFile({ ...file, ...held }, `${came.bytes} bytes with sha256 ${came.sha256}`, new Uint8Array());
}

/**
 * Writes the bytes of a file to an open part, and returns their size and digest.
 *
 * @throws SourceFault when they are not the file, or more than such a file may have.
 */
export async function writeProved(
  file: ModelFile,
  chunks: AsyncIterable<Uint8Array>,
  part: Deno.FsFile,
  onBytes: (receivedBytes: number) => void,
): Promise<FileDigest> {
  const hash = createHash("sha256");
  const limit = limitOf(file);
  let bytes = 0;
  let head = new Uint8Array();
  for await (const chunk of chunks) {
    if (head.length < shownBytes) {
      head = Uint8Array.from([...head, ...chunk.subarray(0, shownBytes - head.length)]);
    }
    bytes += chunk.length;
    if (bytes > limit) throw wrongFile(file, `more than ${limit} bytes`, head);
    hash.update(chunk);
    await writeAll(part, chunk);
    onBytes(bytes);
  }
  const sha256 = hash.digest("hex");
  if (bytes === 0) throw wrongFile(file, "0 bytes", head);
  if (bytes !== (file.bytes ?? bytes)) throw wrongFile(file, `${bytes} bytes`, head);
  if (sha256 !== (file.sha256 ?? sha256)) {
    throw wrongFile(file, `${bytes} bytes with sha256 ${sha256}`, head);
  }
  // The name will be trusted after a power cut too, so the bytes must be down before it is given.
  await part.sync();
  return { bytes, sha256 };
}

async function writeAll(part: Deno.FsFile, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;) written += await part.write(chunk.subarray(written));
}

function wrongFile(file: ModelFile, came: string, head: Uint8Array): SourceFault {
  return new SourceFault("corrupt", `${expectation(file)}, came ${came}${describeHead(head)}`);
}

/** What a file must be, as every message about a wrong one says it. */
export function expectation(file: ModelFile): string {
  return file.sha256 === null
    ? `${file.path}: expected 1 to ${limitOf(file)} bytes`
    : `${file.path}: expected ${file.bytes} bytes with sha256 ${file.sha256}`;
}

/** ` beginning "<!DOCTYPE …"` when the bytes read as text, for they are then an error page; else nothing. */
export function describeHead(head: Uint8Array): string {
  const text = new TextDecoder().decode(head.subarray(0, shownBytes)).replace(/\s+/g, " ").trim();
  // deno-lint-ignore no-control-regex -- control characters are what tells bytes from text
  return text === "" || /[\u0000-\u001f\ufffd]/.test(text) ? "" : ` beginning ${JSON.stringify(text)}`;
}

/** Removes a part that will not become a file. */
export async function removePart(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    // Already gone: a sweep of another process, or the rename had happened.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
