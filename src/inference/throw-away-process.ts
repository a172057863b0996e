import { setTimeout as delay } from "node:timers/promises";
import { type CheckJob, type CheckReply, checkReply } from "./graph-check-messages.ts";
import * as v from "valibot";

/** What a process may take before it is ended. */
export interface ProcessLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

const lookEveryMs = 50;
/** Pages of 4096 bytes: the kernels that Selvedge runs on count in these. */
const pageBytes = 4096;
/** What the process said last, for the message. */
const keptCharacters = 400;

/**
 * Runs one check in a process of its own and returns its answer. The process may read, and load native code; it
 * may not write, connect or start anything. One that crashes, or takes too long or too much, is answered for:
 * whatever it does ends as a reason. It has ended when this returns.
 *
 * @throws what `signal` was aborted with.
 */
export async function runThrowAway(
  job: CheckJob,
  limits: ProcessLimits,
  signal: AbortSignal,
): Promise<CheckReply> {
  signal.throwIfAborted();
  const child = spawn(job, limits);
  const ended = new AbortController();
  const watching = watch(child, limits, AbortSignal.any([signal, ended.signal]));
  const { signal: killedBy, code, stdout, stderr } = await child.output();
  ended.abort();
  const fault = await watching;
  signal.throwIfAborted();
  if (fault !== undefined) return { type: "unsound", reason: fault };
  const answer = readAnswer(new TextDecoder().decode(stdout));
  if (answer !== undefined) return answer;
  const how = killedBy === null ? `ended with status ${code}` : `was ended by ${killedBy}`;
  const said = new TextDecoder().decode(stderr).trim().slice(-keptCharacters);
  return {
    type: "unsound",
    reason: `the process that tried it ${how}${said === "" ? "" : `, saying: ${said}`}`,
  };
}

function spawn(job: CheckJob, { memoryBytes }: ProcessLimits): Deno.ChildProcess {
  const root = new URL("../../", import.meta.url).pathname;
  const heapMegabytes = Math.floor(memoryBytes / 1024 ** 2);
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-remote", `--config=${root}deno.json`],
      ...["--allow-ffi", "--allow-sys", "--allow-env", "--allow-read"],
      `--v8-flags=--max-old-space-size=${heapMegabytes}`,
      ...[new URL("./graph-check-main.ts", import.meta.url).pathname, JSON.stringify(job)],
    ],
    // Nothing of the host's environment, which may hold secrets, but what Deno needs to find its own cache.
    clearEnv: true,
    env: { NO_COLOR: "1", ...denoEnvironment() },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function denoEnvironment(): Record<string, string> {
  const names = ["DENO_DIR", "XDG_CACHE_HOME", "HOME", "TMPDIR"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Ends the process when a limit is passed and says which; undefined when it ended before. */
async function watch(
  child: Deno.ChildProcess,
  { timeMs, memoryBytes }: ProcessLimits,
  signal: AbortSignal,
): Promise<string | undefined> {
  const until = performance.now() + timeMs;
  while (!signal.aborted) {
    if (performance.now() > until) return end(child, `it took longer than ${timeMs / 1000} s to try`);
    const used = await residentBytes(child.pid);
    if (used > memoryBytes) {
      return end(child, `it took more than ${Math.round(memoryBytes / 1e6)} MB of memory to try`);
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => "there is nothing left to look at");
  }
  end(child, "");
}

function end(child: Deno.ChildProcess, reason: string): string {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
  return reason;
}

/** Memory the process holds; 0 where the system does not say (macOS), or the process has gone. */
async function residentBytes(processId: number): Promise<number> {
  try {
    const [, pages] = (await Deno.readTextFile(`/proc/${processId}/statm`)).split(" ");
    return Number(pages) * pageBytes;
  } catch {
    return 0;
  }
}

function readAnswer(text: string): CheckReply | undefined {
  try {
    return v.parse(checkReply, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof v.ValiError) return undefined;
    throw error;
  }
}
