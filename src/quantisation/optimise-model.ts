import { SelvedgeError } from "../contract/index.ts";
import { lines } from "../kit/lines.ts";
import type { JobOutcome, OptimisedModel, OptimiseJob } from "./job.ts";

/** Far more than the slowest machine takes for the greatest of these models. */
const limitMs = 10 * 60_000;
const stderrLinesKept = 20;

/** What to optimise, and who may call it off. */
export interface OptimiseRequest extends OptimiseJob {
  readonly signal: AbortSignal;
}

/**
 * Makes a model's int8 graph in a process of its own, which takes the native code and the memory with it when it
 * ends. The target appears only when the graph was found accurate. Takes some ten seconds.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when the files are not of a BERT encoder in fp32, `MODEL_INACCURATE` when
 * int8 does not serve the model, `MODEL_MISSING` when a file is not there, `DISK_FULL`, `CANCELLED`
 */
export async function optimiseModel({ signal, ...job }: OptimiseRequest): Promise<OptimisedModel> {
  const part = `${job.target}.${crypto.randomUUID()}.part`;
  try {
    const model = await runJob({ ...job, target: part }, signal);
    await Deno.rename(part, job.target);
    return model;
  } finally {
    await Deno.remove(part).catch(ignoreMissing);
  }
}

async function runJob(job: OptimiseJob, signal: AbortSignal): Promise<OptimisedModel> {
  const limit = AbortSignal.timeout(limitMs);
  const stop = AbortSignal.any([signal, limit]);
  if (stop.aborted) throw cancelled();
  const child = spawn(job);
  const kill = () => child.kill("SIGKILL");
  stop.addEventListener("abort", kill);
  const said = lastLines(child.stderr);
  const printed = await new Response(child.stdout).text();
  const { code } = await child.status;
  stop.removeEventListener("abort", kill);
  await child.stdin.close().catch(() => "the process has ended, and its end of the pipe with it");
  if (signal.aborted) throw cancelled();
  if (printed !== "") return resultOf(JSON.parse(printed));
  const why = limit.aborted
    ? `it took more than ${limitMs / 60_000} minutes`
    : `it ended with status ${code}`;
  throw new SelvedgeError(
    "MODEL_INVALID",
    `Cannot optimise the model: ${why}\n${(await said).join("\n")}`,
  );
}

function resultOf(outcome: JobOutcome): OptimisedModel {
  if (outcome.type === "failed") throw new SelvedgeError(outcome.code, outcome.message);
  return outcome.model;
}

function spawn(job: OptimiseJob): Deno.ChildProcess {
  const root = new URL("../../", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--config=${root}deno.json`],
      // ONNX Runtime is a native library; the files and the machine's shape are its trade.
      ...["--allow-ffi", "--allow-sys", "--allow-env", "--allow-read", `--allow-write=${job.target}`],
      ...[new URL("./main.ts", import.meta.url).pathname, JSON.stringify(job)],
    ],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function lastLines(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  const kept: string[] = [];
  for await (const text of lines(stream)) {
    kept.push(text);
    if (kept.length > stderrLinesKept) kept.shift();
  }
  return kept;
}

function cancelled(): SelvedgeError {
  return new SelvedgeError("CANCELLED", "The optimisation was called off");
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
