/**
 * The process that optimises one model: `main.ts JOB`, an {@linkcode OptimiseJob} as JSON. Prints its
 * {@linkcode JobOutcome} and ends; ends without one when its standard input ends, for then its host has gone.
 */
import { isSelvedgeError } from "../contract/index.ts";
import type { JobOutcome, OptimiseJob } from "./job.ts";
import { optimiseFile } from "./optimise-file.ts";

async function endWithHost(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit(0);
}

async function outcomeOf(job: OptimiseJob): Promise<JobOutcome> {
  try {
    return { type: "done", model: await optimiseFile(job) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): JobOutcome {
  const message = error instanceof Error ? error.message : String(error);
  if (isSelvedgeError(error)) return { type: "failed", code: error.code, message };
  if (error instanceof Deno.errors.NotFound) {
    return { type: "failed", code: "MODEL_MISSING", message: `Cannot optimise the model: ${message}` };
  }
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") {
    return { type: "failed", code: "DISK_FULL", message: `Cannot write the optimised model: ${message}` };
  }
  console.error(error);
  return { type: "failed", code: "INTERNAL", message };
}

void endWithHost();
const outcome = await outcomeOf(JSON.parse(Deno.args[0]!));
console.log(JSON.stringify(outcome));
Deno.exit(0);
