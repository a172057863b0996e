import { join } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));

const functionSchema = v.object({
  enabled: v.optional(v.boolean(), true),
  verify_jwt: v.optional(v.boolean(), true),
  import_map: v.optional(v.string(), ""),
  entrypoint: v.optional(v.string(), ""),
  static_files: v.optional(v.array(v.string()), []),
  env: v.optional(v.record(v.string(), v.string()), {}),
});

const edgeRuntimeSchema = v.object({
  enabled: v.optional(v.boolean(), true),
  policy: v.optional(v.picklist(["oneshot", "per_worker", "per_request"]), "per_worker"),
  inspector_port: v.optional(port, 8083),
  deno_version: v.optional(v.number(), 2),
  secrets: v.optional(v.record(v.string(), v.string()), {}),
});

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(1));

const engineSchema = v.strictObject({
  /** Where vectors are kept that were computed once. */
  cache: v.optional(v.picklist(["memory", "disk", "off"]), "memory"),
  cache_mb: v.optional(wholeNumber, 64),
  /** What loaded models may take together; half of the machine's memory unless given. */
  memory_mb: v.optional(wholeNumber),
  idle_unload_seconds: v.optional(wholeNumber, 300),
});

const selvedgeSchema = v.strictObject({ engine: v.optional(engineSchema, {}) });

/** The parts of Supabase's config.toml that are used here. Other sections belong to other programs. */
const configSchema = v.object({
  project_id: v.optional(v.string()),
  api: v.optional(v.object({ port: v.optional(port) }), {}),
  db: v.optional(v.object({ port: v.optional(port) }), {}),
  auth: v.optional(v.object({ jwt_secret: v.optional(v.pipe(v.string(), v.minLength(32))) }), {}),
  functions: v.optional(v.record(v.string(), functionSchema), {}),
  edge_runtime: v.optional(edgeRuntimeSchema, {}),
  /** Ours alone: Supabase's CLI has no such section. */
  selvedge: v.optional(selvedgeSchema, {}),
});

/** The parts of config.toml that Selvedge uses, with the contract's defaults filled in. */
export type ProjectConfig = v.InferOutput<typeof configSchema>;
/** One `[functions.<name>]` section, with defaults. */
export type FunctionConfig = ProjectConfig["functions"][string];

/** What a function has whose section is absent. */
export const defaultFunctionConfig: FunctionConfig = v.parse(functionSchema, {});

/**
 * Reads `config.toml`; an absent file has all defaults. `env(NAME)` stands for an environment variable, as in
 * Supabase's CLI. Keys of our sections that nobody reads come back as warnings.
 *
 * @throws {SelvedgeError} `SETTINGS_INVALID` that lists every fault with its path and what was expected
 */
export async function readProjectConfig(
  supabaseFolder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ config: ProjectConfig; warnings: string[] }> {
  const path = join(supabaseFolder, "config.toml");
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  const unset = new Set<string>();
  const { auth, functions, edge_runtime, ...rest } = parseToml(path, text);
  const used = substitute({ functions, edge_runtime }, environment, unset) as Record<string, unknown>;
  // Most of what stands under [auth] is of other programs, and not ours to miss.
  const raw = { ...rest, ...used, auth: substitute(auth, environment, new Set()) };
  const absent = [...unset].map((name) => `${path}: env(${name}) is empty, for no such variable is set`);
  const result = v.safeParse(configSchema, raw);
  if (result.success) return { config: result.output, warnings: [...unknownKeys(raw, path), ...absent] };
  const faults = result.issues.map((issue) => `  ${v.getDotPath(issue) ?? "(file)"}: ${issue.message}`);
  throw new SelvedgeError("SETTINGS_INVALID", `Cannot use ${path}:\n${faults.join("\n")}`);
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new SelvedgeError("SETTINGS_INVALID", `Cannot read ${path}: ${error.message}`, { cause: error });
  }
}

function substitute(
  value: unknown,
  environment: Readonly<Record<string, string>>,
  unset: Set<string>,
): unknown {
  if (typeof value === "string") {
    const name = /^env\((\w+)\)$/.exec(value)?.[1];
    if (name === undefined) return value;
    if (environment[name] === undefined) unset.add(name);
    return environment[name] ?? "";
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, environment, unset));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, environment, unset)]),
  );
}

function unknownKeys(raw: unknown, path: string): string[] {
  const { functions = {}, edge_runtime = {} } = raw as Record<string, Record<string, object>>;
  const sections: [string, object, string[]][] = [
    ["edge_runtime", edge_runtime, Object.keys(edgeRuntimeSchema.entries)],
    ...Object.entries(functions).map(([name, section]): [string, object, string[]] => [
      `functions.${name}`,
      section,
      Object.keys(functionSchema.entries),
    ]),
  ];
  return sections.flatMap(([name, section, known]) =>
    Object.keys(section).filter((key) => !known.includes(key)).map((key) =>
      `${path}: nothing reads ${name}.${key}; known keys are ${known.join(", ")}`
    )
  );
}
