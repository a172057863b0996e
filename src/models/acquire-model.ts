import { isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import { findModel } from "./find-model.ts";
import { ModelStore } from "./store.ts";

/**
 * Brings a model to this machine by `selvedge models pull`, in a process of its own: fetching needs the network,
 * and making a quantised graph needs seconds of computing.
 *
 * @throws {SelvedgeError} `MODEL_MISSING`, with what the command said
 */
export async function acquireModel(name: string): Promise<void> {
  const root = new URL("../../", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--allow-all", `--config=${root}deno.json`],
      ...[new URL("../cli/main.ts", import.meta.url).pathname, "models", "pull", name],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr).trim();
  console.error(said);
  const reason = said.split("\n").find((line) => line.startsWith("Cannot")) ?? "see the log";
  throw new SelvedgeError(
    "MODEL_MISSING",
    `${reason}; the log says more, and so does: selvedge models pull ${name}`,
  );
}

/**
 * A folder with a model's files by their paths, as transformers.js lays models out. A model that is not on this
 * machine, or not laid out, is brought first.
 *
 * @throws {SelvedgeError} `MODEL_UNKNOWN`, `MODEL_MISSING`
 */
export async function folderOfModel(name: string): Promise<string> {
  const store = new ModelStore();
  const entry = await findModel(name, store);
  try {
    return await store.existingFolderOf(entry);
  } catch (error) {
    if (!isSelvedgeError(error) || error.code !== "MODEL_MISSING") throw error;
    await acquireModel(name);
    return await store.existingFolderOf(entry);
  }
}
