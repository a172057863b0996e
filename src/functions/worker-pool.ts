import { join } from "node:path";
import { SelvedgeError } from "../contract/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import { FunctionProcess } from "./deno-process.ts";
import { writeImportMap } from "./import-map.ts";
import { socketsIn } from "./permissions.ts";

/** The contract's wall-clock limit: what old code may take to finish after it was replaced. */
const retireGraceMs = 400_000;
/** What code may take to finish when Selvedge stops. */
const closeGraceMs = 5_000;

/** Where a pool's processes find things. */
export interface PoolOptions {
  /** A folder of our own, with a short path, for sockets. */
  readonly runFolder: string;
  /** Generated files, one folder a function, at paths that stay the same: Deno's code cache goes by them. */
  readonly stateFolder: string;
  readonly engineSocket: string;
  readonly telemetry: Telemetry;
  readonly environmentOf: (definition: FunctionDefinition) => Promise<Readonly<Record<string, string>>>;
}

/**
 * Keeps one process a function: started at the first request, kept warm, replaced after it ended or was
 * retired. A boot that failed is tried again at the next request. Closing stops every process, those that are
 * starting included.
 */
export class WorkerPool {
  readonly #ready = new Map<string, Promise<FunctionProcess>>();
  readonly #living = new Set<FunctionProcess>();
  readonly #starting = new Set<Promise<FunctionProcess>>();
  /** Of the living and of those that start. */
  readonly #socketFolders = new Set<string>();
  #count = 0;
  readonly #closing = new AbortController();

  constructor(private readonly options: PoolOptions) {}

  /** @throws {SelvedgeError} `FUNCTION_BOOT_FAILED` */
  acquire(definition: FunctionDefinition): Promise<FunctionProcess> {
    const known = this.#ready.get(definition.name);
    if (known !== undefined) return known;
    const started = this.#start(definition);
    this.#ready.set(definition.name, started);
    const forget = () => this.#forget(definition.name, started);
    this.#starting.add(started);
    const began = () => this.#starting.delete(started);
    started.then(began, began);
    started.then((process) => process.gone.then(forget), forget);
    return started;
  }

  /** Lets the function's process finish what it does; the next request starts a new one. */
  retire(name: string): boolean {
    const started = this.#ready.get(name);
    if (started === undefined) return false;
    this.#ready.delete(name);
    void started.then((process) => process.stop(retireGraceMs), () => "it never was");
    return true;
  }

  /** Gives every process the engine's new socket after the engine started again. */
  async relinkEngine(): Promise<void> {
    await Promise.all([...this.#socketFolders].map((folder) => this.#linkEngine(folder)));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#living].map((process) => process.stop(closeGraceMs)));
  }

  async #start(definition: FunctionDefinition): Promise<FunctionProcess> {
    if (this.#closing.signal.aborted) throw new SelvedgeError("FUNCTION_BOOT_FAILED", "Selvedge is stopping");
    const { telemetry, stateFolder, runFolder } = this.options;
    const importMap = join(stateFolder, "functions", definition.name, "import_map.json");
    const socketFolder = join(runFolder, `${this.#count++}`);
    try {
      this.#socketFolders.add(socketFolder);
      const [environment, { preloads }] = await Promise.all([
        this.options.environmentOf(definition),
        writeImportMap(definition, importMap),
        Deno.mkdir(socketFolder).then(() => this.#linkEngine(socketFolder)),
      ]);
      const process = await FunctionProcess.start(definition, {
        socketFolder,
        importMap,
        preloads,
        environment,
        telemetry,
        signal: this.#closing.signal,
      });
      this.#watch(definition.name, process);
      return process;
    } catch (error) {
      this.#socketFolders.delete(socketFolder);
      // The lines that follow the first one have been logged as the process said them.
      const [reason] = String(error instanceof Error ? error.message : error).split("\n", 1);
      telemetry.record("function.boot-failed", { function: definition.name, reason: reason! });
      throw error;
    }
  }

  #watch(name: string, process: FunctionProcess): void {
    this.#living.add(process);
    void process.ended.then((status) => {
      this.#living.delete(process);
      this.#socketFolders.delete(process.socketFolder);
      if (status !== 0) this.options.telemetry.record("function.exited", { function: name, status });
    });
  }

  /**
   * A hard link, replaced in one step: a process that removes its link takes the engine from itself alone. There
   * is nothing to link while the engine starts again, or when the process has ended meanwhile. The folder is in
   * the reach of the function's code, so whatever goes wrong in it is that function's loss and nobody else's.
   */
  async #linkEngine(socketFolder: string): Promise<void> {
    const { engine } = socketsIn(socketFolder);
    const fresh = `${engine}.${crypto.randomUUID()}`;
    try {
      await Deno.link(this.options.engineSocket, fresh);
      await Deno.rename(fresh, engine);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      this.options.telemetry.record("engine.log", { text: `Cannot reach a function's process: ${error}` });
    } finally {
      // A rename between two links of one file leaves both.
      await Deno.remove(fresh).catch(() => "it was renamed, or never made");
    }
  }

  #forget(name: string, started: Promise<FunctionProcess>): void {
    if (this.#ready.get(name) === started) this.#ready.delete(name);
  }
}
