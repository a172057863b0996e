import { dirname, join, resolve } from "node:path";
import { isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import type { FunctionConfig, Settings } from "../settings/index.ts";

const entrypointNames = ["index.ts", "index.js", "index.mjs", "index.jsx", "index.tsx"];
/** Supabase's rule for the name of a function. */
const slug = /^[A-Za-z][A-Za-z0-9_-]*$/;

/** A function as it lies on disk, with its section of config.toml. */
export interface FunctionDefinition {
  readonly name: string;
  readonly folder: string;
  readonly entrypoint: string;
  readonly verifyJwt: boolean;
  /** The import map that config.toml names, or that lies where Supabase's CLI looks for one. */
  readonly importMap: string | undefined;
  /** The function's own deno.json or deno.jsonc. */
  readonly denoConfig: string | undefined;
  /** The folders beside it whose names begin with `_`: code that functions share. */
  readonly sharedFolders: readonly string[];
  /** `[functions.<name>.env]`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What finding a function needs of the settings. */
export type FunctionSettings = Pick<Settings, "supabaseFolder" | "functionsFolder" | "config">;

/** Whether `name` may be the name of a function. */
export function isFunctionName(name: string): boolean {
  return slug.test(name);
}

/** @throws {SelvedgeError} `FUNCTION_NOT_FOUND` when there is no such function, or it is disabled */
export async function findFunction(
  name: string,
  settings: FunctionSettings,
  defaults: FunctionConfig,
): Promise<FunctionDefinition> {
  const missing = (why: string) =>
    new SelvedgeError("FUNCTION_NOT_FOUND", `Cannot find function "${name}": ${why}`);
  if (!isFunctionName(name)) throw missing(`a name matches ${slug}`);
  const { functions } = settings.config;
  const config = Object.hasOwn(functions, name) ? functions[name]! : defaults;
  if (!config.enabled) throw missing("config.toml disables it");
  const folder = join(settings.functionsFolder, name);
  const from = (path: string) => path === "" ? undefined : resolve(settings.supabaseFolder, path);
  const entrypoint = from(config.entrypoint) ??
    await firstFile(entrypointNames.map((file) => join(folder, file)));
  if (entrypoint === undefined || !await isFile(entrypoint)) {
    throw missing(`there is no ${entrypoint ?? join(folder, "index.ts")}`);
  }
  const near = dirname(entrypoint);
  const denoConfig = await firstFile([join(near, "deno.json"), join(near, "deno.jsonc")]);
  const shared = join(settings.functionsFolder, "import_map.json");
  return {
    name,
    folder,
    entrypoint,
    verifyJwt: config.verify_jwt,
    denoConfig,
    importMap: from(config.import_map) ??
      await firstFile([join(near, "import_map.json"), ...(denoConfig === undefined ? [shared] : [])]),
    sharedFolders: await sharedFolders(settings.functionsFolder),
    environment: config.env,
  };
}

/** The names of all functions that can be called, sorted. */
export async function listFunctions(settings: FunctionSettings, defaults: FunctionConfig): Promise<string[]> {
  const names = new Set(Object.keys(settings.config.functions));
  for (const { name, isDirectory } of await entries(settings.functionsFolder)) {
    if (isDirectory) names.add(name);
  }
  const found = await Promise.all(
    [...names].map((name) => findFunction(name, settings, defaults).then(() => [name], ignoreMissing)),
  );
  return found.flat().sort();
}

async function sharedFolders(functionsFolder: string): Promise<string[]> {
  const folders = (await entries(functionsFolder)).filter(({ name, isDirectory }) =>
    isDirectory && name.startsWith("_")
  );
  return folders.map(({ name }) => join(functionsFolder, name));
}

function ignoreMissing(error: unknown): string[] {
  if (isSelvedgeError(error) && error.code === "FUNCTION_NOT_FOUND") return [];
  throw error;
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isFile(path)) return path;
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  const found = await Deno.stat(path).catch(() => undefined);
  return found?.isFile ?? false;
}
