import { dirname, join } from "node:path";
// @ts-types="./npmcli-config.d.ts"
import Config from "@npmcli/config";
// @ts-types="./npmcli-config-definitions.d.ts"
import definitions from "@npmcli/config/lib/definitions/index.js";
import type { Environment } from "./places.ts";

/**
 * The options npm itself would use in `folder`: registry, proxies, certificates and tokens out of the project's,
 * the user's and the machine's `.npmrc` and out of `npm_config_*`, in npm's order of precedence.
 */
export async function npmOptions(env: Environment, folder: string): Promise<Record<string, unknown>> {
  const node = await findNode(env);
  const prefix = dirname(dirname(node));
  const config = new Config({
    ...definitions,
    // The machine's .npmrc lies beside Node, where npm lives, not beside the runtime this runs on.
    execPath: node,
    npmPath: join(prefix, "lib", "node_modules", "npm"),
    argv: [],
    // A copy: loading writes npm's own variables into it.
    env: { ...env },
    cwd: folder,
    warn: false,
  });
  await config.load();
  return config.flat;
}

/** Node's path on this machine, or its usual one where there is none: only folders are derived from it. */
async function findNode(env: Environment): Promise<string> {
  for (const folder of (env.PATH ?? "").split(":")) {
    const path = join(folder, "node");
    try {
      if ((await Deno.stat(path)).isFile) return path;
    } catch {
      // Not in this folder, or not ours to look into.
    }
  }
  return "/usr/local/bin/node";
}
