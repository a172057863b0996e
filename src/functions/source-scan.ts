import { join } from "node:path";
import { wellKnownImport } from "./well-known-imports.ts";

const sourceFile = /\.(?:ts|tsx|js|jsx|mjs|mts)$/;
/** Bounds on what is searched: a folder with more is somebody's data. */
const maxSources = 2_000;
const maxSourceBytes = 1024 * 1024;

/** Whatever stands in quotes and could be a specifier. */
const quoted = /["'`]([^"'`\s]{2,500})["'`]/g;

/**
 * The specifiers in the sources below `folders` that stand for well-known remote imports, by themselves or by
 * way of a prefix of the user's map, with their targets.
 */
export async function scanWellKnown(
  folders: readonly string[],
  userMap: Readonly<Record<string, string | null>>,
): Promise<Record<string, string>> {
  const prefixes = Object.entries(userMap).filter((entry): entry is [string, string] =>
    entry[0].endsWith("/") && entry[1] !== null
  );
  const found: Record<string, string> = {};
  let sources = 0;
  for (const folder of folders) {
    for await (const path of sourcesIn(folder)) {
      if (++sources > maxSources) return found;
      // An editor may replace the file at this very moment; the change starts the function anew.
      const source = await Deno.readTextFile(path).catch(() => "");
      Object.assign(found, wellKnownIn(source, prefixes));
    }
  }
  return found;
}

/** The same for one source; `prefixes` are entries of an import map whose names end with a slash. */
export function wellKnownIn(
  source: string,
  prefixes: readonly (readonly [string, string])[],
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, specifier] of source.matchAll(quoted)) {
    const prefix = prefixes.find(([name]) => specifier!.startsWith(name));
    const address = prefix === undefined ? specifier! : prefix[1] + specifier!.slice(prefix[0].length);
    const target = wellKnownImport(address);
    if (target !== undefined) found[specifier!] = target;
  }
  return found;
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  for (const { name, isDirectory, isFile } of entries) {
    const path = join(folder, name);
    if (isDirectory && name !== "node_modules" && !name.startsWith(".")) yield* sourcesIn(path);
    else if (isFile && sourceFile.test(name) && await isSmall(path)) yield path;
  }
}

async function isSmall(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ size }) => size <= maxSourceBytes, () => false);
}
