import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import { scanWellKnown } from "./source-scan.ts";
import { isTransformers, wellKnownImport } from "./well-known-imports.ts";

const addresses = v.record(v.string(), v.nullable(v.string()));
const importMapSchema = v.object({
  imports: v.optional(addresses, {}),
  scopes: v.optional(v.record(v.string(), addresses), {}),
  importMap: v.optional(v.string()),
});
type ImportMap = Pick<v.InferOutput<typeof importMapSchema>, "imports" | "scopes">;
const packageSchema = v.object({ dependencies: v.optional(v.record(v.string(), v.string()), {}) });

/** What a function's imports ask of its process. */
export interface ImportNeeds {
  /** Modules of ours to preload beside the worker. */
  readonly preloads: readonly string[];
}

const nativeStandIns = new URL("../worker/native-stand-ins.ts", import.meta.url).pathname;

/**
 * Writes to `target` the one import map that a function runs with: what the user maps, over the packages of a
 * package.json beside the entry, over the well-known imports that its sources mention. Where the user maps to a
 * well-known import, that too is served as such.
 *
 * @throws {SelvedgeError} `FUNCTION_BOOT_FAILED` that names a file that cannot be read as an import map
 */
export async function writeImportMap(definition: FunctionDefinition, target: string): Promise<ImportNeeds> {
  const near = dirname(definition.entrypoint);
  const user = await readUserMap(definition);
  const folders = [...new Set([definition.folder, near]), ...definition.sharedFolders];
  const known = await scanWellKnown(folders, user.imports);
  const packages = await readPackages(join(near, "package.json"));
  const map = { imports: { ...packages, ...known, ...withWellKnown(user.imports) }, scopes: user.scopes };
  await Deno.mkdir(dirname(target), { recursive: true });
  // In one step: an older process of the function may be reading it.
  const fresh = `${target}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(fresh, JSON.stringify(map, null, 2));
  await Deno.rename(fresh, target);
  return { preloads: Object.values(map.imports).some(isTransformers) ? [nativeStandIns] : [] };
}

function withWellKnown(map: ImportMap["imports"]): ImportMap["imports"] {
  return Object.fromEntries(
    Object.entries(map).map(([name, address]) => [name, (address && wellKnownImport(address)) ?? address]),
  );
}

async function readUserMap({ importMap, denoConfig }: FunctionDefinition): Promise<ImportMap> {
  if (importMap !== undefined) return await readMap(importMap);
  return denoConfig === undefined ? { imports: {}, scopes: {} } : await readMap(denoConfig);
}

/** Reads an import map, or a deno.json that holds or names one; relative addresses become absolute. */
async function readMap(path: string, follow = true): Promise<ImportMap> {
  const { imports, scopes, importMap } = await readJson(path, importMapSchema);
  if (follow && importMap !== undefined) return await readMap(join(dirname(path), importMap), false);
  const base = pathToFileURL(path);
  return {
    imports: absolute(imports, base),
    scopes: Object.fromEntries(
      Object.entries(scopes).map(([scope, map]) => [resolved(scope, base), absolute(map, base)]),
    ),
  };
}

async function readPackages(path: string): Promise<Record<string, string>> {
  if (!await Deno.stat(path).then(() => true, () => false)) return {};
  const { dependencies } = await readJson(path, packageSchema);
  return Object.fromEntries(
    Object.entries(dependencies).flatMap(([name, range]) => [
      [name, `npm:${name}@${range}`],
      [`${name}/`, `npm:/${name}@${range}/`],
    ]),
  );
}

function absolute(map: v.InferOutput<typeof addresses>, base: URL): v.InferOutput<typeof addresses> {
  return Object.fromEntries(
    Object.entries(map).flatMap(([specifier, address]) => {
      const target = address !== null && /^\.{0,2}\//.test(address) ? resolved(address, base) : address;
      const bare = typeof target === "string" && /^(?:npm|jsr):/.test(target) && !specifier.endsWith("/");
      // In deno.json, unlike in an import map, a mapped package also maps what lies below it.
      return bare
        ? [[specifier, target], [`${specifier}/`, `${target.replace(/^(npm|jsr):\/?/, "$1:/")}/`]]
        : [[specifier, target]];
    }),
  );
}

function resolved(address: string, base: URL): string {
  const url = URL.parse(address, base);
  if (url !== null) return url.href;
  throw new SelvedgeError("FUNCTION_BOOT_FAILED", `Cannot resolve "${address}" in ${base.pathname}`);
}

async function readJson<Schema extends v.GenericSchema>(
  path: string,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const faults: ParseError[] = [];
  const raw = parse(await readText(path), faults, { allowTrailingComma: true });
  const result = v.safeParse(schema, raw);
  const [fault] = faults;
  if (fault === undefined && result.success) return result.output;
  const why = fault === undefined
    ? result.issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ")
    : `${printParseErrorCode(fault.error)} at offset ${fault.offset}`;
  throw new SelvedgeError("FUNCTION_BOOT_FAILED", `Cannot read ${path}: ${why}`);
}

async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SelvedgeError("FUNCTION_BOOT_FAILED", `Cannot read ${path}: ${why}`, { cause });
  }
}
