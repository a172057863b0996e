import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import { instanceIdHeader } from "../gateway/index.ts";

const answerTimeoutMs = 2_000;
const runFolderPrefix = "selvedge-";

const instanceSchema = v.object({
  id: v.string(),
  processId: v.number(),
  apiUrl: v.string(),
  /** Where its sockets lie; removed by the next start if this one was killed. */
  runFolder: v.string(),
});
/** A running Selvedge, as other commands see it. */
export type Instance = v.InferOutput<typeof instanceSchema>;

const fileIn = (stateFolder: string) => join(stateFolder, "instance.json");

/** The right to run a project, held until it is released or the process ends, however it ends. */
export interface Claim {
  /** Lets other commands find this process. */
  announce(instance: Instance): Promise<void>;
  release(): Promise<void>;
}

/**
 * Claims a project for this process, and clears what one left that was killed. The state folder must be there.
 *
 * @throws {SelvedgeError} `ALREADY_RUNNING`
 */
export async function claimProject(stateFolder: string): Promise<Claim> {
  const lock = await Deno.open(join(stateFolder, "lock"), { create: true, write: true });
  const last = await lastInstance(stateFolder);
  if (!await lock.tryLock(true)) {
    lock.close();
    const where = last === undefined ? "" : ` at ${last.apiUrl} (process ${last.processId})`;
    throw new SelvedgeError("ALREADY_RUNNING", `Selvedge already runs for this project${where}`);
  }
  if (last !== undefined) await removeRunFolder(last.runFolder);
  const file = fileIn(stateFolder);
  return {
    announce: (instance) => Deno.writeTextFile(file, JSON.stringify(instance) + "\n", { mode: 0o600 }),
    async release() {
      await Deno.remove(file).catch(ignoreMissing);
      lock.close();
    },
  };
}

/** The Selvedge that runs for the project and answers; undefined when there is none. */
export async function findInstance(stateFolder: string): Promise<Instance | undefined> {
  const last = await lastInstance(stateFolder);
  return last !== undefined && await answers(last) ? last : undefined;
}

/** A new folder for sockets, whose path is short enough for them wherever the project lies. */
export async function makeRunFolder(): Promise<string> {
  return await Deno.makeTempDir({ prefix: runFolderPrefix });
}

/**
 * Undoes {@linkcode makeRunFolder}. What is not such a folder is left alone, whatever instance.json says; and what
 * cannot be removed is no reason not to start or stop.
 */
export async function removeRunFolder(runFolder: string): Promise<void> {
  if (dirname(runFolder) !== tmpdir() || !basename(runFolder).startsWith(runFolderPrefix)) return;
  await Deno.remove(runFolder, { recursive: true }).catch(() => "it lies in the machine's temporary folder");
}

async function lastInstance(stateFolder: string): Promise<Instance | undefined> {
  const text = await Deno.readTextFile(fileIn(stateFolder)).catch(() => undefined);
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), instanceSchema), text);
  return result.success ? result.output : undefined;
}

async function answers({ apiUrl, id }: Instance): Promise<boolean> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  return await fetch(`${apiUrl}/_internal/health`, { signal }).then(
    (response) => response.headers.get(instanceIdHeader) === id,
    () => false,
  );
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

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
