import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { SelvedgeError } from "../contract/index.ts";
import { type ProjectConfig, readProjectConfig } from "./project-config.ts";

const supabasePort = 54321;
const supabaseDatabasePort = 54322;

/** The flags that every command about a project takes. */
export interface ProjectFlags {
  /** The folder that holds `supabase/`. */
  readonly workdir: string;
  /** Replaces `[api] port`. */
  readonly port?: number;
}

/** What a project asks for, read once. */
export interface Settings {
  readonly workdir: string;
  readonly supabaseFolder: string;
  readonly functionsFolder: string;
  /** Generated state: keys and files that can be made again. */
  readonly stateFolder: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly config: ProjectConfig;
  /**
   * What functions see besides the contract's own variables: `functions/.env`, read anew each time, and
   * `[edge_runtime.secrets]`.
   */
  readonly readSecrets: () => Promise<Readonly<Record<string, string>>>;
  readonly warnings: readonly string[];
}

/**
 * Reads a project's settings.
 *
 * @throws {SelvedgeError} `SETTINGS_INVALID` that names every fault
 */
export async function readSettings({ workdir: given, port: wishedPort }: ProjectFlags): Promise<Settings> {
  const workdir = resolve(given);
  const supabaseFolder = join(workdir, "supabase");
  await requireFolder(supabaseFolder);
  const { config, warnings } = await readProjectConfig(supabaseFolder, Deno.env.toObject());
  const functionsFolder = join(supabaseFolder, "functions");
  const port = wishedPort ?? config.api.port ?? supabasePort;
  return {
    workdir,
    supabaseFolder,
    functionsFolder,
    stateFolder: join(workdir, ".selvedge"),
    port,
    apiUrl: `http://127.0.0.1:${port}`,
    databaseUrl: `postgresql://postgres:postgres@127.0.0.1:${
      config.db.port ?? supabaseDatabasePort
    }/postgres`,
    config,
    readSecrets: async () => ({
      ...await readEnvFile(join(functionsFolder, ".env")),
      ...config.edge_runtime.secrets,
    }),
    warnings,
  };
}

async function requireFolder(supabaseFolder: string): Promise<void> {
  const found = await Deno.stat(supabaseFolder).catch(() => undefined);
  if (found?.isDirectory) return;
  const message =
    `Cannot find the folder ${supabaseFolder}: run this where your supabase/ folder is, name that ` +
    "place with --workdir DIR, or begin with: selvedge functions new hello";
  throw new SelvedgeError("SETTINGS_INVALID", message);
}

async function readEnvFile(path: string): Promise<Record<string, string>> {
  try {
    return parseEnv(await Deno.readTextFile(path)) as Record<string, string>;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
