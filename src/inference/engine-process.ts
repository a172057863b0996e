import { setTimeout as delay } from "node:timers/promises";
import { SelvedgeError } from "../contract/index.ts";
import { dirname } from "node:path";
import { lines } from "../kit/lines.ts";
import { defaultEngineSettings, type EngineSettings } from "./engine-settings.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { graphFolder, taskSocketOf } from "./places.ts";

const firstRestartMs = 50;
const longestRestartMs = 5_000;
/** A process that lived this long starts again at the shortest delay. */
const healthyMs = 10_000;
const stopMs = 2_000;
const stderrLinesKept = 20;

/** What an engine needs from its host. */
export interface EngineOptions
  extends Pick<EngineSettings, "socket" | "model">, Partial<Omit<EngineSettings, "socket" | "model">> {
  readonly telemetry: Telemetry;
  /** Gives up the first start. */
  readonly signal: AbortSignal;
}

/**
 * The engine's process, as the host sees it: starting → ready → (ended → waiting → starting …) → closed. It is
 * restarted whenever it ends, after 50 ms and then ever longer, until it is closed. Closing ends the process
 * and waits for that; closing twice does no harm.
 */
export class EngineProcess {
  /** Called when another process has taken over the socket's path and can answer. */
  onRestart: () => Promise<void> = () => Promise.resolve();
  readonly #closing = new AbortController();
  #child: Deno.ChildProcess;
  #kept: Promise<void>;

  private constructor(private readonly options: EngineOptions, child: Deno.ChildProcess) {
    this.#child = child;
    this.#kept = this.#keep();
  }

  /** Resolves when the engine can answer; throws what it said when it ended instead. */
  static async start(options: EngineOptions): Promise<EngineProcess> {
    return new EngineProcess(options, await launch(options, options.signal));
  }

  /** The process id of the engine now. */
  get processId(): number {
    return this.#child.pid;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    stop(this.#child);
    await this.#kept;
  }

  async #keep(): Promise<void> {
    const { signal } = this.#closing;
    let restartInMs = firstRestartMs;
    while (true) {
      const startedAt = Date.now();
      const { code } = await this.#child.status;
      if (signal.aborted) return;
      if (Date.now() - startedAt > healthyMs) restartInMs = firstRestartMs;
      this.options.telemetry.record("engine.exited", { status: code, restartInMs });
      const child = await relaunch(this.options, restartInMs, signal);
      if (child === undefined) return;
      this.#child = child;
      if (signal.aborted) stop(child);
      else {await this.onRestart().catch((error) =>
          this.options.telemetry.record("engine.log", { text: `${error}` })
        );}
      restartInMs = Math.min(restartInMs * 2, longestRestartMs);
    }
  }
}

async function relaunch(
  options: EngineOptions,
  delayMs: number,
  signal: AbortSignal,
): Promise<Deno.ChildProcess | undefined> {
  for (let waitMs = delayMs; !signal.aborted; waitMs = Math.min(waitMs * 2, longestRestartMs)) {
    try {
      await delay(waitMs, undefined, { signal });
      // Other models are to be served even if the weights of this one have gone meanwhile.
      return await launch({ ...options, isModelRequired: false }, signal);
    } catch (error) {
      if (!signal.aborted) options.telemetry.record("engine.log", { text: String(error) });
    }
  }
}

async function launch(
  { telemetry, signal: _firstStart, ...given }: EngineOptions,
  signal: AbortSignal,
): Promise<Deno.ChildProcess> {
  const startedAt = performance.now();
  const settings: EngineSettings = { ...defaultEngineSettings, ...given };
  const { socket, model } = settings;
  await Deno.remove(socket).catch(ignoreMissing);
  const child = spawn(settings);
  const said = recordStderr(child, telemetry);
  const giveUp = () => stop(child);
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  const isReady = await firstLine(child);
  signal.removeEventListener("abort", giveUp);
  if (!isReady) {
    const { code } = await child.status;
    const why = (await said).join("\n");
    throw new SelvedgeError(
      "ENGINE_UNAVAILABLE",
      `Cannot start the engine: it ended with status ${code}\n${why}`,
    );
  }
  telemetry.record("engine.ready", { model, loadMs: Math.round(performance.now() - startedAt) });
  return child;
}

function spawn(settings: EngineSettings): Deno.ChildProcess {
  const { socket, cacheFile } = settings;
  const root = new URL("../../", import.meta.url).pathname;
  const sockets = [socket, taskSocketOf(socket)];
  const written = [...sockets, graphFolder(), ...(cacheFile === undefined ? [] : [dirname(cacheFile)])];
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--config=${root}deno.json`],
      // ONNX Runtime is a native library; the threads, the files and the machine's shape are its trade.
      ...["--allow-ffi", "--allow-sys", "--allow-env", "--allow-read"],
      // Models are brought, graphs are tried out, and tasks are done, in processes of their own.
      `--allow-run=${Deno.execPath()}`,
      // Deno takes a comma in a path doubled.
      `--allow-write=${written.map((path) => path.replaceAll(",", ",,")).join()}`,
      `--allow-net=${sockets.map((path) => `unix:${path}`).join()}`,
      ...[new URL("./main.ts", import.meta.url).pathname, JSON.stringify(settings)],
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function firstLine(child: Deno.ChildProcess): Promise<boolean> {
  for await (const _ready of lines(child.stdout)) return true;
  return false;
}

async function recordStderr(child: Deno.ChildProcess, telemetry: Telemetry): Promise<string[]> {
  const kept: string[] = [];
  for await (const text of lines(child.stderr)) {
    telemetry.record("engine.log", { text });
    kept.push(text);
    if (kept.length > stderrLinesKept) kept.shift();
  }
  return kept;
}

/** The end of its standard input ends the engine, or force, if it is too busy to see that. */
function stop(child: Deno.ChildProcess): void {
  void child.stdin.close().catch(() => "it has ended already");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
  void child.status.then(() => clearTimeout(timer));
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
