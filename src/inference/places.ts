import { join, resolve } from "node:path";
import { cacheFolder } from "../models/index.ts";

/** Where the process that does tasks answers, beside the engine that has it. */
export function taskSocketOf(engineSocket: string): string {
  return `${engineSocket}.tasks`;
}

/** Where the graphs that functions brought are kept. */
export function graphFolder(): string {
  return join(resolve(cacheFolder()), "graphs");
}
