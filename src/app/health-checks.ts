import { join } from "node:path";
import { statfs } from "node:fs/promises";
import { isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import { requireFreePort } from "../gateway/index.ts";
import { describePlan, EngineProcess, planFor } from "../inference/index.ts";
import { cacheFolder, findModel, formatBytes, ModelStore, verifyModel } from "../models/index.ts";
import { type ProjectFlags, readSettings } from "../settings/index.ts";
import { findInstance } from "./instance.ts";
import { defaultModel } from "./start.ts";

const engineStartMs = 60_000;
const comfortableBytes = 1024 ** 3;

/** What one check found. */
export interface Finding {
  readonly subject: string;
  readonly state: "ok" | "warning" | "fault";
  /** What is, and, unless all is well, what to do. */
  readonly text: string;
}

/**
 * Looks at the machine and the project, one thing after the other. Weights of a wrong digest are removed, as
 * `selvedge models verify` does.
 */
export async function* checkHealth(flags: ProjectFlags, signal: AbortSignal): AsyncGenerator<Finding> {
  yield await checkDeno();
  yield checkPlatform();
  yield await finding("project", async () => {
    const { supabaseFolder, warnings } = await readSettings(flags);
    return warnings.length === 0 ? supabaseFolder : { warning: warnings.join("; ") };
  });
  yield { subject: "threads", state: "ok", text: describePlan(planFor(navigator.hardwareConcurrency)) };
  yield await checkPort(flags);
  yield await checkDisk();
  yield await finding("weights", () => checkWeights(signal));
  yield await finding("engine", startEngine);
}

async function checkDeno(): Promise<Finding> {
  const { default: { dependencies } } = await import("../../package.json", { with: { type: "json" } });
  return await finding("deno", () => {
    const { deno } = Deno.version;
    if (deno === dependencies.deno) return deno;
    return { warning: `${deno} runs, ${dependencies.deno} was tested; to have that one, run: npm ci` };
  });
}

function checkPlatform(): Finding {
  const { os, arch } = Deno.build;
  const isTested = os === "linux" && arch === "x86_64";
  return isTested
    ? { subject: "platform", state: "ok", text: `${os} ${arch}, ${navigator.hardwareConcurrency} cores` }
    : { subject: "platform", state: "warning", text: `${os} ${arch} is untested; Linux on x86_64 is tested` };
}

async function checkPort(flags: ProjectFlags): Promise<Finding> {
  return await finding("port", async () => {
    const { port, stateFolder } = await readSettings(flags);
    const instance = await findInstance(stateFolder);
    if (instance !== undefined) return `Selvedge answers at ${instance.apiUrl}`;
    requireFreePort("127.0.0.1", port);
    return `${port} is free`;
  });
}

async function checkDisk(): Promise<Finding> {
  return await finding("disk", async () => {
    const folder = cacheFolder();
    await Deno.mkdir(folder, { recursive: true });
    const { bavail, bsize } = await statfs(folder);
    const text = `${formatBytes(bavail * bsize)} free in ${folder}`;
    if (bavail * bsize >= comfortableBytes) return text;
    return {
      warning: `${text}; weights may not fit. Free some, or set SELVEDGE_CACHE_DIR to another folder`,
    };
  });
}

async function checkWeights(signal: AbortSignal): Promise<string> {
  const entry = await findModel(defaultModel);
  const store = new ModelStore();
  await store.locate(entry);
  const corrupt = (await verifyModel(entry, { store, signal })).filter(({ state }) => state !== "ok");
  if (corrupt.length === 0) return `${defaultModel}: ${entry.files.length} files, all of the right digest`;
  const names = corrupt.map(({ file }) => file.path).join(", ");
  throw new SelvedgeError(
    "MODEL_CORRUPT",
    `${defaultModel}: ${names} had a wrong digest and is removed; run: selvedge models pull ${defaultModel}`,
  );
}

async function startEngine(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "selvedge-" });
  const said: string[] = [];
  const startedAt = performance.now();
  try {
    const engine = await EngineProcess.start({
      socket: join(folder, "engine"),
      model: defaultModel,
      signal: AbortSignal.timeout(engineStartMs),
      telemetry: { record: (_name, fields) => void said.push(JSON.stringify(fields)) },
    });
    await engine.close();
    return `starts and loads ${defaultModel} in ${Math.round(performance.now() - startedAt)} ms`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function finding(
  subject: string,
  check: () => string | { warning: string } | Promise<string | { warning: string }>,
): Promise<Finding> {
  try {
    const result = await check();
    return typeof result === "string"
      ? { subject, state: "ok", text: result }
      : { subject, state: "warning", text: result.warning };
  } catch (error) {
    return { subject, state: "fault", text: isSelvedgeError(error) ? error.message : String(error) };
  }
}
