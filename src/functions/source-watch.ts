import { relative, sep } from "node:path";

/** Editors write a file in several steps; what comes within this time is one change. */
const quietMs = 50;

/**
 * Watches the functions' folder and names what changed: a function's name, or undefined when a change concerns
 * all of them (shared code, an import map, `.env`). Ends when `signal` aborts.
 */
export async function watchSources(
  functionsFolder: string,
  onChange: (name: string | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  using watcher = Deno.watchFs(functionsFolder, { recursive: true });
  signal.addEventListener("abort", () => watcher.close(), { once: true });
  const changed = new Set<string | undefined>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const { kind, paths } of watcher) {
    if (kind === "access" || kind === "other") continue;
    for (const path of paths) changed.add(owner(relative(functionsFolder, path)));
    clearTimeout(timer);
    timer = setTimeout(() => {
      for (const name of changed) onChange(name);
      changed.clear();
    }, quietMs);
  }
  clearTimeout(timer);
}

function owner(path: string): string | undefined {
  const [first = "", ...below] = path.split(sep);
  return below.length === 0 || first.startsWith("_") ? undefined : first;
}
