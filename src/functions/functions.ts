import type { FunctionConfig, Keys, Settings } from "../settings/index.ts";
import type { Telemetry } from "../telemetry/index.ts";
import { findFunction, type FunctionDefinition } from "./definition.ts";
import { dispatch } from "./dispatcher.ts";
import { functionEnvironment } from "./environment.ts";
import type { FunctionRequest, Respond } from "./process-client.ts";
import { watchSources } from "./source-watch.ts";
import { WorkerPool } from "./worker-pool.ts";

/** What the functions room is opened with. */
export interface FunctionsOptions {
  readonly settings: Settings;
  readonly keys: Keys;
  /** What a function has whose section in config.toml is absent. */
  readonly defaults: FunctionConfig;
  /** A folder of our own, with a short path, for sockets. */
  readonly runFolder: string;
  readonly engineSocket: string;
  readonly telemetry: Telemetry;
}

/**
 * A project's functions: open → closed. What changes on disk is seen: new code runs from the next request on,
 * while requests in flight end with the old. Closing stops all processes and waits for them.
 */
export class Functions {
  readonly #definitions = new Map<string, FunctionDefinition>();
  readonly #closing = new AbortController();
  readonly #pool: WorkerPool;
  readonly #watching: Promise<void>;

  constructor(private readonly options: FunctionsOptions) {
    const { settings, keys, runFolder, engineSocket, telemetry } = options;
    this.#pool = new WorkerPool({
      runFolder,
      engineSocket,
      telemetry,
      stateFolder: settings.stateFolder,
      environmentOf: async (definition) => ({
        ...await functionEnvironment(settings, keys),
        ...definition.environment,
        SB_EXECUTION_ID: crypto.randomUUID(),
      }),
    });
    this.#watching = this.#watch();
  }

  /** @throws {SelvedgeError} `FUNCTION_NOT_FOUND` */
  async find(name: string): Promise<FunctionDefinition> {
    const known = this.#definitions.get(name);
    if (known !== undefined) return known;
    const found = await findFunction(name, this.options.settings, this.options.defaults);
    this.#definitions.set(name, found);
    return found;
  }

  /** @throws what {@linkcode dispatch} throws */
  dispatch(definition: FunctionDefinition, request: FunctionRequest, respond: Respond): Promise<void> {
    return dispatch(this.#pool, definition, request, respond);
  }

  /** To be called whenever the engine has started again. */
  relinkEngine(): Promise<void> {
    return this.#pool.relinkEngine();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#watching, this.#pool.close()]);
  }

  async #watch(): Promise<void> {
    const { settings, telemetry } = this.options;
    try {
      await watchSources(settings.functionsFolder, (name) => this.#reload(name), this.#closing.signal);
    } catch (error) {
      const text = `Cannot watch ${settings.functionsFolder}: ${error}. Changes are seen after a restart`;
      telemetry.record("settings.warning", { text });
    }
  }

  #reload(name: string | undefined): void {
    const names = name === undefined ? [...this.#definitions.keys()] : [name];
    for (const changed of names) {
      this.#definitions.delete(changed);
      if (this.#pool.retire(changed)) {
        this.options.telemetry.record("function.reloaded", { function: changed });
      }
    }
  }
}
