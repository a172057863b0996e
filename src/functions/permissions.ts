import { dirname, join, relative } from "node:path";
import type { FunctionDefinition } from "./definition.ts";

/** The sockets of one function process. */
export interface ProcessSockets {
  /** The folder that holds them, and nothing else. */
  readonly folder: string;
  readonly control: string;
  readonly serve: string;
  readonly engine: string;
}

/** The sockets' paths in `folder`. */
export function socketsIn(folder: string): ProcessSockets {
  const at = (name: string) => join(folder, name);
  return { folder, control: at("control"), serve: at("serve"), engine: at("engine") };
}

/**
 * Deno's permission flags for a function: the network, its own environment, and reading of its own folder and
 * of the shared ones. No writing, no child processes, no native code, no other function's files.
 */
export function permissionFlags(
  { folder, entrypoint, sharedFolders }: FunctionDefinition,
  sockets: ProcessSockets,
): string[] {
  const own = [sockets.control, sockets.serve, sockets.engine].join(",");
  // Relative to where the process runs, because Deno takes no path with a comma, and projects lie anywhere.
  const near = dirname(entrypoint);
  const readable = [near, folder, ...sharedFolders].map((path) => relative(near, path) || ".").join(",");
  return [
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    // Asked for by common packages at import time, and harmless.
    "--allow-sys=hostname,osRelease,cpus",
    `--allow-read=${readable},${own}`,
    `--allow-write=${own}`,
  ];
}
