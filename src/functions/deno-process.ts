import { type FunctionBoot, type FunctionStop, SelvedgeError } from "../contract/index.ts";
import { lines } from "../kit/lines.ts";
import type { Telemetry } from "../telemetry/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import { spawnFunction } from "./deno-command.ts";
import { type FunctionRequest, ProcessClient, type Respond } from "./process-client.ts";
import { type ProcessSockets, socketsIn } from "./permissions.ts";

/** A function's first boot may have to fetch its packages. */
const bootTimeoutMs = 60_000;
const stderrLinesKept = 30;
/** Deno's advice to those who start a module by hand. */
const denoAdvice = "warning: Detected export default { fetch }";

/** What one process needs besides the function itself. */
export interface ProcessOptions {
  /** An empty folder for its sockets, with the engine's socket linked in it. */
  readonly socketFolder: string;
  readonly importMap: string;
  /** Modules of ours that run after the worker and before the function. */
  readonly preloads: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly telemetry: Telemetry;
  /** Gives up a boot. */
  readonly signal: AbortSignal;
}

/**
 * One running function. Booting → ready → stopping → ended; `ended` resolves in every case. Whoever started it
 * stops it, which lets requests and background tasks finish.
 */
export class FunctionProcess {
  /** Resolves with the exit status when the process is no more and its folder is gone. */
  readonly ended: Promise<number>;
  /** Resolves as soon as the process is no more. */
  readonly gone: Promise<unknown>;
  readonly socketFolder: string;
  readonly #client: ProcessClient;
  /** Requests whose response has not begun. */
  readonly #asking = new Set<Promise<void>>();

  private constructor(
    private readonly child: Deno.ChildProcess,
    private readonly control: Deno.UnixConn,
    private readonly sockets: ProcessSockets,
  ) {
    this.socketFolder = sockets.folder;
    this.#client = new ProcessClient(sockets.serve);
    this.gone = child.status;
    this.ended = this.#end();
  }

  /** @throws {SelvedgeError} `FUNCTION_BOOT_FAILED` with what the process said */
  static async start(definition: FunctionDefinition, options: ProcessOptions): Promise<FunctionProcess> {
    const startedAt = performance.now();
    const { telemetry } = options;
    const sockets = socketsIn(options.socketFolder);
    using listener = Deno.listen({ transport: "unix", path: sockets.control });
    const accepted = listener.accept();
    const child = spawnFunction(definition, options, sockets);
    record(child.stdout, (text) => telemetry.record("function.log", { function: definition.name, text }));
    const said: string[] = [];
    const stderrEnd = record(child.stderr, (text) => {
      if (text.startsWith(denoAdvice)) return;
      telemetry.record("function.error-log", { function: definition.name, text });
      if (said.length < stderrLinesKept) said.push(text);
    });
    const failure = bootFailure(child, stderrEnd, said, options.signal);
    try {
      const message = { name: definition.name, environment: options.environment };
      const control = await Promise.race([boot(accepted, message, sockets), failure.promise]);
      telemetry.record("function.booted", {
        function: definition.name,
        bootMs: Math.round(performance.now() - startedAt),
      });
      return new FunctionProcess(child, control, sockets);
    } catch (error) {
      kill(child);
      void accepted.then((control) => control.close(), () => "it never connected");
      await removeSockets(sockets);
      throw error;
    } finally {
      failure.cancel();
    }
  }

  /** Has the function answer a request. Rejects when the process ends before the whole answer is there. */
  async exchange(request: FunctionRequest, respond: Respond): Promise<void> {
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    this.#asking.add(answered);
    const done = () => {
      this.#asking.delete(answered);
      resolve();
    };
    try {
      await this.#client.exchange(request, (head) => {
        done();
        return respond(head);
      });
    } finally {
      done();
    }
  }

  /**
   * Asks the process to end when it has done what it is doing, and ends it by force after `graceMs`. Called
   * again, the shorter grace holds.
   */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => kill(this.child), graceMs);
    // A request that is on its way must find the server open.
    await Promise.race([Promise.allSettled(this.#asking), this.ended]);
    await send(this.control, { type: "stop" }).catch(() => "it has ended already");
    await this.ended;
    clearTimeout(timer);
  }

  async #end(): Promise<number> {
    const { code } = await this.child.status;
    this.control.close();
    await this.#client.close();
    await removeSockets(this.sockets);
    return code;
  }
}

/** Says to the process what it is, and resolves with the connection when the process accepts requests. */
async function boot(
  accepted: Promise<Deno.UnixConn>,
  message: Pick<FunctionBoot, "name" | "environment">,
  sockets: ProcessSockets,
): Promise<Deno.UnixConn> {
  const control = await accepted;
  await send(control, { ...message, serveSocket: sockets.serve, engineSocket: sockets.engine });
  const first = await control.read(new Uint8Array(64)).catch(() => null);
  // The end of the connection is the end of the process: the race is decided by its status.
  return first === null ? await new Promise<never>(() => {}) : control;
}

/** What a function's code did to its folder must not keep the host from going on. */
async function removeSockets({ folder }: ProcessSockets): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => "the run folder goes at the end");
}

/** Rejects when the process ends, or is silent for too long, before it accepts requests. */
function bootFailure(
  child: Deno.ChildProcess,
  stderrEnd: Promise<void>,
  said: readonly string[],
  signal: AbortSignal,
): { promise: Promise<never>; cancel: () => void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = (why: string) => reject(new SelvedgeError("FUNCTION_BOOT_FAILED", why));
  const serves = "it neither called Deno.serve nor exports default { fetch }";
  const giveUp = () => fail("Selvedge is stopping");
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  const timer = setTimeout(() => fail(`After ${bootTimeoutMs / 1000} s ${serves}`), bootTimeoutMs);
  void child.status.then(async ({ code }) => {
    await stderrEnd;
    fail(said.length > 0 ? said.join("\n") : `The module ended with status ${code}, and ${serves}`);
  });
  promise.catch(() => "the race has it");
  const cancel = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  };
  return { promise, cancel };
}

async function record(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  write: (text: string) => void,
): Promise<void> {
  for await (const text of lines(stream)) write(text);
}

async function send(connection: Deno.UnixConn, message: FunctionBoot | FunctionStop): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(message) + "\n");
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof TypeError)) throw error;
  }
}
