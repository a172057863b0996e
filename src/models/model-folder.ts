import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { KnownFile, ModelEntry } from "./catalogue-schema.ts";

/** A file of the store and where it belongs in a model's folder. */
interface Placing {
  readonly blob: string;
  readonly path: string;
}

/** Whether a model can be used only by way of a folder: it has several parts, or a library of its own reads it. */
export function needsFolder({ task, files }: ModelEntry): boolean {
  return task !== "feature-extraction" || files.some(({ role }) => role === "extra");
}

/**
 * The name of the folder that shows a model's files under their own paths: graphs of several files and libraries
 * that know only folders need that. Other files make another name, so a folder never changes.
 */
export function folderName(modelName: string, files: readonly KnownFile[]): string {
  const identity = files.map(({ path, sha256 }) => `${path} ${sha256}`).toSorted().join("\n");
  return `${modelName}@${createHash("sha256").update(identity).digest("hex").slice(0, 12)}`;
}

/**
 * Makes `folder` with a hard link to each blob under its path; the bytes are there once. It appears whole, by a
 * rename of `part`, and is left alone where it is whole already.
 */
export async function layOutFolder(
  folder: string,
  placings: readonly Placing[],
  part: string,
): Promise<void> {
  if (await isLaidOut(folder, placings)) return;
  try {
    for (const { blob, path } of placings) {
      await Deno.mkdir(dirname(join(part, path)), { recursive: true });
      await Deno.link(blob, join(part, path));
    }
    await Deno.mkdir(dirname(folder), { recursive: true });
    await removeFolder(folder);
    await Deno.rename(part, folder);
  } catch (error) {
    await removeFolder(part);
    // Another process may have been quicker to make the same.
    if (!await isLaidOut(folder, placings)) throw error;
  }
}

/** Whether the folder shows the very files of the store: a blob that was replaced is another file. */
export async function isLaidOut(folder: string, placings: readonly Placing[]): Promise<boolean> {
  for (const { blob, path } of placings) {
    const [shown, kept] = await Promise.all([identityOf(join(folder, path)), identityOf(blob)]);
    if (shown === undefined || shown !== kept) return false;
  }
  return true;
}

/** Removes a folder and the links in it; the blobs stay. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await Deno.stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
