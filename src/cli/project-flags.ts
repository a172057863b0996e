import { type Command, InvalidArgumentError } from "commander";
import type { ProjectFlags } from "../settings/index.ts";

/** Adds `--workdir` and `--port`, which every command about a project takes. */
export function withProjectFlags(command: Command): Command {
  return command
    .option("--workdir <dir>", "the folder that holds supabase/", ".")
    .option("--port <number>", "the API port (default: [api] port of config.toml, else 54321)", parsePort);
}

/** The options object of a command made by {@linkcode withProjectFlags}. */
export type ProjectOptions = ProjectFlags;

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  }
  return port;
}
