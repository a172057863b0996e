import { join } from "node:path";
import { Functions } from "../functions/index.ts";
import { openGateway, requireFreePort } from "../gateway/index.ts";
import { EngineClient, EngineProcess } from "../inference/index.ts";
import { findModel, ModelStore, pullModel, type PullProgress } from "../models/index.ts";
import { defaultFunctionConfig, type Keys, openKeys, type Settings } from "../settings/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { claimProject, makeRunFolder, removeRunFolder } from "./instance.ts";

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
  const { port, stateFolder, functionsFolder } = settings;
  await using up = new AsyncDisposableStack();
  const keys = await openKeys(stateFolder, settings.config.auth.jwt_secret);
  const claim = await claimProject(stateFolder);
  up.defer(() => claim.release());
  requireFreePort(hostname, port);
  await requireModel(signal, onPull);
  const runFolder = await makeRunFolder();
  up.defer(() => removeRunFolder(runFolder));
  const engineSocket = join(runFolder, "engine");
  const engine = await EngineProcess.start({
    ...engineSettings(settings),
    ...{ socket: engineSocket, model: defaultModel, telemetry, signal },
  });
  up.defer(() => engine.close());
  const client = new EngineClient(engineSocket);
  up.defer(() => client.close());
  signal.throwIfAborted();
  await Deno.mkdir(functionsFolder, { recursive: true });
  const defaults = defaultFunctionConfig;
  const functions = new Functions({ settings, keys, defaults, runFolder, engineSocket, telemetry });
  up.defer(() => functions.close());
  engine.onRestart = () => functions.relinkEngine();
  await warn(settings, functions, telemetry);
  const id = crypto.randomUUID();
  const gateway = await openGateway({
    hostname,
    port,
    keys,
    functions,
    engine: client,
    telemetry,
    instanceId: id,
  });
  // Together: a request in flight ends when its function is done, or is made to end.
  up.defer(() => Promise.all([gateway.close(), functions.close()]).then(() => {}));
  await claim.announce({ id, processId: Deno.pid, apiUrl: settings.apiUrl, runFolder });
  const running = up.move();
  return { keys, stop: () => running.disposeAsync() };
}

function engineSettings({ config: { selvedge: { engine } }, stateFolder }: Settings) {
  const megabyte = 1024 * 1024;
  return {
    cacheBytes: engine.cache === "off" ? 0 : engine.cache_mb * megabyte,
    ...(engine.cache === "disk" && { cacheFile: join(stateFolder, "vectors.sqlite") }),
    ...(engine.memory_mb !== undefined && { memoryBytes: engine.memory_mb * megabyte }),
    idleUnloadMs: engine.idle_unload_seconds * 1_000,
  };
}

/** Says what in config.toml has no effect, and which of its functions cannot be found. */
async function warn(
  { warnings, config }: Settings,
  functions: Functions,
  telemetry: Telemetry,
): Promise<void> {
  for (const text of warnings) telemetry.record("settings.warning", { text });
  for (const [name, { enabled }] of Object.entries(config.functions)) {
    if (!enabled) continue;
    await functions.find(name).catch((error) =>
      telemetry.record("settings.warning", { text: error.message })
    );
  }
}

async function requireModel(
  signal: AbortSignal,
  onProgress: (progress: PullProgress) => void,
): Promise<void> {
  const entry = await findModel(defaultModel);
  const store = new ModelStore();
  const missing = await store.missing(entry);
  if (missing.length > 0) await pullModel(entry, { store, signal, onProgress });
}
