import { dirname, join } from "node:path";
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
  const own = [sockets.control, sockets.serve, sockets.engine];
  return [
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    // Asked for by common packages at import time, and harmless.
    "--allow-sys=hostname,osRelease,cpus",
    `--allow-read=${list([folder, dirname(entrypoint), ...sharedFolders, ...own])}`,
    `--allow-write=${list(own)}`,
  ];
}

/** Deno separates paths with a comma, and reads two as one that belongs to the path. */
function list(paths: readonly string[]): string {
  return paths.map((path) => path.replaceAll(",", ",,")).join(",");
}
