import { dirname, join } from "node:path";
import { lines } from "../src/kit/lines.ts";

/** The command. */
export const selvedge = new URL("../bin/selvedge", import.meta.url).pathname;
/** The first start on a machine fetches the weights. */
const startTimeoutMs = 300_000;

/** The end of a command that has run. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `selvedge` to its end. */
export async function selvedgeCommand(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(selvedge, { args: [...args], env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** A folder with the given files, removed at the end of the scope. */
export async function temporaryFolder(files: Record<string, string> = {}) {
  const folder = await Deno.makeTempDir({ prefix: "selvedge-test-" });
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
  return { path: folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** A TCP port of loopback that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A Selvedge that runs in processes of its own on a temporary project. */
export class Project {
  /** All that it printed so far, both streams, a line an item. */
  readonly log: string[] = [];

  private constructor(
    readonly workdir: string,
    readonly port: number,
    readonly process: Deno.ChildProcess,
    /** What `selvedge status` prints for scripts. */
    readonly values: Record<string, string>,
  ) {}

  /** Starts a project of these files, whose paths are below its folder of functions unless they begin with `/`. */
  static async start(files: Record<string, string>, env: Record<string, string> = {}): Promise<Project> {
    const placed = Object.entries(files).map(([path, text]) => [
      path.startsWith("/") ? path.slice(1) : join("supabase/functions", path),
      text,
    ]);
    const { path: workdir } = await temporaryFolder({
      "supabase/config.toml": "",
      ...Object.fromEntries(placed),
    });
    const port = freePort();
    const process = new Deno.Command(selvedge, {
      args: ["start", "--workdir", workdir, "--port", String(port)],
      env,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const values: Record<string, string> = {};
    const project = new Project(workdir, port, process, values);
    const ready = Promise.withResolvers<void>();
    project.#follow(process.stdout, (line) => line.startsWith("Selvedge is running") && ready.resolve());
    project.#follow(process.stderr);
    const ended = process.status.then(() => {
      throw new Error(`Selvedge ended before it was ready:\n${project.log.join("\n")}`);
    });
    ended.catch(() => "of no matter once it was ready");
    try {
      await Promise.race([ready.promise, ended, timeout(startTimeoutMs)]);
      const status = await selvedgeCommand(["status", "--workdir", workdir, "--output", "json"]);
      Object.assign(values, JSON.parse(status.stdout));
      return project;
    } catch (error) {
      await project.stop();
      throw error;
    }
  }

  /** Calls a function with the anonymous key. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) headers.set("authorization", `Bearer ${this.values.ANON_KEY}`);
    return fetch(`${this.values.FUNCTIONS_URL}/${path}`, { ...init, headers });
  }

  /** Writes a file below the folder of functions. */
  async write(path: string, text: string): Promise<void> {
    const target = join(this.workdir, "supabase/functions", path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeTextFile(target, text);
  }

  /** The lines of the log that contain `text`, once there is one. */
  async logged(text: string): Promise<string[]> {
    return await eventually(() => {
      const found = this.log.filter((line) => line.includes(text));
      return found.length > 0 ? found : undefined;
    }, () => `"${text}" in the log:\n${this.log.join("\n")}`);
  }

  async stop(): Promise<Deno.CommandStatus> {
    try {
      this.process.kill("SIGTERM");
    } catch {
      // It has ended already: the status says how.
    }
    const status = await this.process.status;
    await Deno.remove(this.workdir, { recursive: true });
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #follow(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    onLine?: (line: string) => void,
  ): Promise<void> {
    for await (const line of lines(stream)) {
      this.log.push(line);
      onLine?.(line);
    }
  }
}

/** Asks again and again, up to ten seconds, until there is an answer. */
export async function eventually<Value>(
  ask: () => Value | undefined | Promise<Value | undefined>,
  wanted: () => string,
): Promise<Value> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Never came: ${wanted()}`);
}

/** The ids of the living processes whose command line contains `text`. Linux only, as is CI. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    if (command.includes(text)) found.push(Number(name));
  }
  return found;
}

/** The ids of the living processes that `parent` started. */
export async function childrenOf(parent: number): Promise<number[]> {
  const children = await Deno.readTextFile(`/proc/${parent}/task/${parent}/children`);
  return children.trim().split(" ").filter((id) => id !== "").map(Number);
}

/** The processor time that a process has used, in ticks of 10 ms. */
export async function cpuTicks(id: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${id}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13).map(Number);
  return user! + system!;
}

async function timeout(milliseconds: number): Promise<never> {
  await new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, milliseconds)));
  throw new Error(`Selvedge was not ready in ${milliseconds / 1000} s`);
}
