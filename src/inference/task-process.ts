import type { IncomingMessage } from "node:http";
import { Pool } from "undici";
import { pipelinePath, SelvedgeError } from "../contract/index.ts";
import { lines } from "../kit/lines.ts";
import type { Answer, EngineRoute } from "./answer.ts";

/** How long a process of tasks may live. */
interface TaskLimits {
  /** Without a task. Memory that an unused process would hold is worth more than the second it takes to start. */
  readonly idleMs: number;
  /** Over one task. None takes so long; the process that does not end it hangs. */
  readonly taskMs: number;
}

const usualLimits: TaskLimits = { idleMs: 5 * 60_000, taskMs: 5 * 60_000 };

interface Living {
  readonly child: Deno.ChildProcess;
  readonly pool: Pool;
}

/**
 * The process that prepares and interprets what graphs take and give: none → starting → ready → ended → none. It is
 * started by the first task, started anew by the next one after it ended, and ended when it was idle for five
 * minutes or a task took that long. What it decodes can neither block nor end the engine.
 */
export class TaskProcess {
  #living: Promise<Living> | undefined;
  #tasks = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** `socket` is where the process answers; `engineSocket` is where it runs its graphs. */
  constructor(
    private readonly socket: string,
    private readonly engineSocket: string,
    private readonly limits: TaskLimits = usualLimits,
  ) {}

  /** The route that forwards tasks to the process. */
  readonly route: EngineRoute = (request, path, signal) =>
    path === pipelinePath ? this.#forward(request, signal) : undefined;

  async #forward(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    clearTimeout(this.#idle);
    this.#tasks++;
    try {
      const started = this.#living ??= this.#start();
      return await this.#exchange(started, request, signal);
    } finally {
      if (--this.#tasks === 0) this.#idle = setTimeout(() => this.#end(), this.limits.idleMs);
    }
  }

  async #exchange(
    started: Promise<Living>,
    request: IncomingMessage,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { child, pool } = await started;
    const timer = setTimeout(() => {
      // At once, so that the next task does not find the dying one.
      if (this.#living === started) this.#living = undefined;
      child.kill("SIGKILL");
    }, this.limits.taskMs);
    try {
      const { statusCode, body } = await pool.request({
        path: pipelinePath,
        method: "POST",
        body: request,
        signal,
      });
      return {
        status: statusCode,
        headers: { "content-type": "application/json" },
        body: await body.bytes(),
      };
    } catch (cause) {
      if (signal.aborted) throw new SelvedgeError("CANCELLED", "The caller has gone");
      const message = "The process that does tasks ended over this one or another; try again";
      throw new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): Promise<Living> {
    const started = launch(this.socket, this.engineSocket);
    const forget = () => {
      if (this.#living === started) this.#living = undefined;
    };
    started.then(async ({ child, pool }) => {
      await child.status;
      forget();
      await pool.destroy();
    }).catch(forget);
    return started;
  }

  #end(): void {
    const ending = this.#living;
    this.#living = undefined;
    void ending?.then(({ child }) => child.stdin.close(), () => "it never was");
  }
}

async function launch(socket: string, engineSocket: string): Promise<Living> {
  await Deno.remove(socket).catch(ignoreMissing);
  const root = new URL("../../", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--config=${root}deno.json`],
      // The library that decodes images is native. The network is closed: models come from the store.
      ...["--allow-ffi", "--allow-sys", "--allow-env", "--allow-read"],
      `--allow-write=${socket},${engineSocket}`,
      // `engine` is what the client of the engine's socket calls it.
      `--allow-net=unix:${socket},unix:${engineSocket},engine`,
      ...[new URL("../tasks/main.ts", import.meta.url).pathname, socket, engineSocket],
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    // Its complaints are the engine's, which its host records.
    stderr: "inherit",
  }).spawn();
  for await (const _ready of lines(child.stdout)) {
    return {
      child,
      pool: new Pool("http://tasks", { socketPath: socket, headersTimeout: 0, bodyTimeout: 0 }),
    };
  }
  const { code } = await child.status;
  throw new SelvedgeError(
    "ENGINE_UNAVAILABLE",
    `Cannot start the process that does tasks: it ended with status ${code}`,
  );
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
