import { once } from "node:events";
import { Parser, type ReadEntry } from "tar";
import type { ModelFile } from "./catalogue.ts";
import { SourceFault } from "./source.ts";

/** What to do with an npm tarball as it streams by. */
export interface TarballReading {
  /** The files to receive, by their path inside the package. */
  readonly wanted: ReadonlyMap<string, ModelFile>;
  readonly receive: (file: ModelFile, content: AsyncIterable<Uint8Array>) => Promise<void>;
  /** Called once when no more chunks are needed: every file is received, or one failed. Must end `chunks`. */
  readonly stop: () => void;
}

/**
 * Receives the wanted files of an npm tarball in one pass over its chunks, and reads no further than it must.
 *
 * @throws SourceFault when the chunks are no tarball or lack a file; else what `receive` or `chunks` threw first.
 */
export async function readTarball(chunks: AsyncIterable<Uint8Array>, reading: TarballReading): Promise<void> {
  const waiting = new Map(reading.wanted);
  const entries: ReadEntry[] = [];
  const receiving: Promise<void>[] = [];
  const over = new AbortController();
  let receivedFiles = 0;
  const finish = (failure?: unknown) => {
    over.abort(failure);
    reading.stop();
  };
  const parser = new Parser({
    strict: true,
    filter: (path) => waiting.has(insidePackage(path)),
    onReadEntry(entry) {
      const file = waiting.get(insidePackage(entry.path));
      if (file === undefined) return entry.resume();
      waiting.delete(insidePackage(entry.path));
      entries.push(entry);
      receiving.push(
        reading.receive(file, entry).then(() => {
          receivedFiles += 1;
          if (receivedFiles === reading.wanted.size) finish(allReceived);
        }, finish),
      );
    },
  });
  parser.on("error", (error: Error) => finish(new SourceFault("corrupt", `not a tarball: ${error.message}`)));
  try {
    await feed(parser, chunks, over.signal);
  } catch (error) {
    if (!over.signal.aborted) finish(error);
  }
  // An entry cut short would wait for ever for its rest; one that is complete is not harmed.
  if (over.signal.reason !== allReceived) { for (const entry of entries) entry.destroy(over.signal.reason); }
  await Promise.all(receiving);
  if (over.signal.aborted && over.signal.reason !== allReceived) throw over.signal.reason;
  const [lost] = waiting.keys();
  if (lost !== undefined) throw new SourceFault("unreachable", `no file ${lost} in it`);
}

const allReceived = Symbol("all received");

/** Tarballs of packages keep everything under one folder, most often `package/`. */
function insidePackage(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

async function feed(parser: Parser, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    if (!parser.write(chunk)) await once(parser, "drain", { signal });
  }
  const ended = once(parser, "end", { signal });
  parser.end();
  await ended;
}
