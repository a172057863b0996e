import { join } from "node:path";

/** Parts untouched for this long belong to a process that died: no pull goes a day without a byte. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/** Removes the parts, files or folders, that dead processes left in a folder. */
export async function sweepParts(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".part")) continue;
    const path = join(folder, name);
    try {
      const { mtime } = await Deno.stat(path);
      if (mtime !== null && Date.now() - mtime.getTime() > abandonedAfterMs) {
        await Deno.remove(path, { recursive: true });
      }
    } catch (error) {
      // Its writer finished, or another process swept it, between the listing and now.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
