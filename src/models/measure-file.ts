import { createHash } from "node:crypto";
import type { FileDigest } from "./catalogue-schema.ts";

/** The size and digest of a file's bytes as they are now, or undefined when there is no file. */
export async function measureFile(path: string, signal: AbortSignal): Promise<FileDigest | undefined> {
  let opened: Deno.FsFile;
  try {
    opened = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of opened.readable) {
    signal.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
