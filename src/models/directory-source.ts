import { basename, join } from "node:path";
import { isKnown, type ModelFile } from "./catalogue-schema.ts";
import { expectation } from "./receive.ts";
import { type Delivery, fetchEach, type ModelSource, SourceFault } from "./source.ts";
import { reasonOf } from "./system-error.ts";

/**
 * Files from a folder, for machines without a network. One rule: a file is looked for in `<folder>/<model>/` and
 * then in `<folder>/`, each time by its path in the catalogue (`onnx/model.onnx`) and then by its bare name
 * (`model.onnx`); the first of the right size is taken, and its digest must agree like any other's. The folder may
 * also be another machine's cache, which holds files by their digest.
 */
export function directorySource(folder: string, modelName: string): ModelSource {
  return {
    name: `folder ${folder}`,
    async fetch(files, delivery) {
      await fetchEach(files, delivery, async (file) => {
        await copyFile(await findFile(folder, modelName, file), file, delivery);
      });
    },
  };
}

/** Files from the folder of one model, each by its very path. */
export function exactFolderSource(folder: string): ModelSource {
  return {
    name: `folder ${folder}`,
    async fetch(files, delivery) {
      await fetchEach(files, delivery, async (file) => {
        const path = join(folder, file.path);
        if (await sizeOf(path, file) === undefined) throw new SourceFault("absent", `no file ${path}`);
        await copyFile(path, file, delivery);
      });
    },
  };
}

async function copyFile(path: string, file: ModelFile, delivery: Delivery): Promise<void> {
  const { receive, signal, onProgress } = delivery;
  const report = (phase: "start" | "receiving" | "end", receivedBytes: number) =>
    onProgress({ phase, file: file.path, receivedBytes, totalBytes: file.bytes });
  report("start", 0);
  await receive(file, readChunks(path, file, signal), (bytes) => report("receiving", bytes));
  report("end", file.bytes ?? 0);
}

async function findFile(folder: string, modelName: string, file: ModelFile): Promise<string> {
  if (isKnown(file)) {
    const cached = join(folder, "blobs", file.sha256);
    if (await sizeOf(cached, file) === file.bytes) return cached;
  }
  const found: string[] = [];
  for (const parent of [join(folder, modelName), folder]) {
    for (const path of new Set([join(parent, file.path), join(parent, basename(file.path))])) {
      const size = await sizeOf(path, file);
      if (size !== undefined && size === (file.bytes ?? size)) return path;
      if (size !== undefined) found.push(`${path} of ${size} bytes`);
    }
  }
  if (found.length > 0) throw new SourceFault("corrupt", `${expectation(file)}, came ${found.join(" and ")}`);
  throw new SourceFault("absent", `${file.path}: no such file in it, nor in its folder ${modelName}`);
}

async function sizeOf(path: string, file: ModelFile): Promise<number | undefined> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile ? size : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw new SourceFault("unreachable", `${file.path}: ${reasonOf(error)}`, { cause: error });
  }
}

async function* readChunks(path: string, file: ModelFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    using source = await Deno.open(path);
    for await (const chunk of source.readable) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    throw new SourceFault("unreachable", `${file.path}: ${reasonOf(error)}`, { cause: error });
  }
}
