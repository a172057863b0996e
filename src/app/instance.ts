import { join } from "node:path";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import { instanceIdHeader } from "../gateway/index.ts";

const answerTimeoutMs = 2_000;

const instanceSchema = v.object({ id: v.string(), processId: v.number(), apiUrl: v.string() });
/** A running Selvedge, as other commands see it. */
export type Instance = v.InferOutput<typeof instanceSchema>;

const fileIn = (stateFolder: string) => join(stateFolder, "instance.json");

/** Lets other commands find this process. The state folder must be there. */
export async function announceInstance(stateFolder: string, instance: Instance): Promise<void> {
  await Deno.writeTextFile(fileIn(stateFolder), JSON.stringify(instance) + "\n", { mode: 0o600 });
}

/** Undoes {@linkcode announceInstance}. */
export async function forgetInstance(stateFolder: string): Promise<void> {
  await Deno.remove(fileIn(stateFolder)).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** The Selvedge that runs for the project and answers; undefined when there is none. */
export async function findInstance(stateFolder: string): Promise<Instance | undefined> {
  const text = await Deno.readTextFile(fileIn(stateFolder)).catch(() => undefined);
  if (text === undefined) return undefined;
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), instanceSchema), text);
  if (!result.success) return undefined;
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const answers = await fetch(`${result.output.apiUrl}/_internal/health`, { signal }).then(
    (response) => response.headers.get(instanceIdHeader) === result.output.id,
    () => false,
  );
  return answers ? result.output : undefined;
}

/** @throws {SelvedgeError} `NOT_RUNNING` */
export async function requireInstance(stateFolder: string): Promise<Instance> {
  const instance = await findInstance(stateFolder);
  if (instance !== undefined) return instance;
  throw new SelvedgeError(
    "NOT_RUNNING",
    "Selvedge does not run for this project. Start it with: selvedge start",
  );
}
