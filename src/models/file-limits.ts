import type { ModelFile } from "./catalogue-schema.ts";

/** The largest vocabularies in use make a tokenizer.json of some 20 MB. */
const tokenizerBytes = 64_000_000;
/** A configuration of more than this is none; the largest known has 0.3 MB. */
const configurationBytes = 1_000_000;
/** Above the largest model that ONNX Runtime runs at a useful speed on a processor. */
const graphBytes = 16_000_000_000;

/**
 * The most bytes a file may have: its size where that is known, else what its purpose allows, so that a source
 * that never ends, or a bomb in an archive, is cut off.
 */
export function limitOf({ role, path, bytes }: ModelFile): number {
  if (bytes !== null) return bytes;
  if (role === "tokenizer") return tokenizerBytes;
  return path.endsWith(".json") ? configurationBytes : graphBytes;
}
