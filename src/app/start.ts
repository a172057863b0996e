import { join } from "node:path";
import { Functions } from "../functions/index.ts";
import { openGateway, requireFreePort } from "../gateway/index.ts";
import { EngineProcess } from "../inference/index.ts";
import { findModel, ModelStore, pullModel, type PullProgress } from "../models/index.ts";
import { defaultFunctionConfig, type Keys, openKeys, type Settings } from "../settings/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import {
  announceInstance,
  forgetInstance,
  makeRunFolder,
  removeRunFolder,
  requireNoInstance,
} from "./instance.ts";

const hostname = "127.0.0.1";
/** The model that is ready when Selvedge is. */
export const defaultModel = "gte-small";

/** What {@linkcode start} is given. */
export interface StartOptions {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly onPull: (progress: PullProgress) => void;
  /** Gives up starting. */
  readonly signal: AbortSignal;
}

/** A running Selvedge. Stopping ends all its processes and waits for them. */
export interface Running {
  readonly keys: Keys;
  stop(): Promise<void>;
}

/**
 * Brings up a project: weights, engine, functions, gateway, in this order, and takes down what was up if a step
 * fails.
 *
 * @throws {SelvedgeError} what the steps throw; `ALREADY_RUNNING`
 */
export async function start({ settings, telemetry, onPull, signal }: StartOptions): Promise<Running> {
  await requireNoInstance(settings.stateFolder);
  requireFreePort(hostname, settings.port);
  const keys = await openKeys(settings.stateFolder, settings.config.auth.jwt_secret);
  for (const text of settings.warnings) telemetry.record("settings.warning", { text });
  await requireModel(signal, onPull);

  await using up = new AsyncDisposableStack();
  const runFolder = await makeRunFolder();
  up.defer(() => removeRunFolder(runFolder));
  const engineSocket = join(runFolder, "engine");
  const engine = await EngineProcess.start({ socket: engineSocket, model: defaultModel, telemetry });
  up.defer(() => engine.close());
  signal.throwIfAborted();
  await Deno.mkdir(settings.functionsFolder, { recursive: true });
  const defaults = defaultFunctionConfig;
  const functions = new Functions({ settings, keys, defaults, runFolder, engineSocket, telemetry });
  up.defer(() => functions.close());
  engine.onRestart = () => functions.relinkEngine();
  const id = crypto.randomUUID();
  const gateway = await openGateway({
    hostname,
    port: settings.port,
    keys,
    functions,
    telemetry,
    instanceId: id,
  });
  up.defer(() => gateway.close());
  await announceInstance(settings.stateFolder, {
    id,
    processId: Deno.pid,
    apiUrl: settings.apiUrl,
    runFolder,
  });
  up.defer(() => forgetInstance(settings.stateFolder));
  const running = up.move();
  return { keys, stop: () => running.disposeAsync() };
}

async function requireModel(
  signal: AbortSignal,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const entry = findModel(defaultModel);
  const store = new ModelStore();
  const missing = await store.missing(entry);
  if (missing.length > 0) await pullModel(entry, { store, signal, onProgress });
}
