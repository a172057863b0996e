import { dirname } from "node:path";

/**
 * Writes a small file that nobody has written yet, whole or not at all, and says whether this call was the one
 * that did. Of several processes at once, one succeeds: a name can be linked only once.
 */
export async function writeOnce(path: string, text: string): Promise<boolean> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const part = `${path}.${crypto.randomUUID()}.part`;
  try {
    using file = await Deno.open(part, { write: true, createNew: true });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    await file.sync();
    await Deno.link(part, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    await Deno.remove(part);
  }
}
