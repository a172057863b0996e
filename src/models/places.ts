import { homedir } from "node:os";
import { join } from "node:path";
import { SelvedgeError } from "../contract/index.ts";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that models are kept in: `SELVEDGE_CACHE_DIR`, else `selvedge` in the user's cache folder
 * (`XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS).
 */
export function cacheFolder(env: Environment = Deno.env.toObject()): string {
  if (env.SELVEDGE_CACHE_DIR) return env.SELVEDGE_CACHE_DIR;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "selvedge");
  const home = env.HOME || homedir();
  return Deno.build.os === "darwin"
    ? join(home, "Library", "Caches", "selvedge")
    : join(home, ".cache", "selvedge");
}

/**
 * The model hub's address without a closing slash: `HF_ENDPOINT` as the hub's own tools read it.
 *
 * @throws SETTINGS_INVALID when it is set to something other than an http or https address.
 */
export function hubAddress(env: Environment): string {
  const address = env.HF_ENDPOINT || "https://huggingface.co";
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new SelvedgeError(
      "SETTINGS_INVALID",
      `Cannot use HF_ENDPOINT "${address}" as the model hub: expected an http or https address`,
    );
  }
  return address.replace(/\/+$/, "");
}

/** The folder an offline machine takes models from, where `SELVEDGE_MODELS_FROM` names one. */
export function offlineFolder(env: Environment): string | undefined {
  return env.SELVEDGE_MODELS_FROM || undefined;
}
