import process from "node:process";
import { Command, InvalidArgumentError, Option } from "commander";
import { checkModel } from "../app/index.ts";
import { addModel, type AddOptions, ModelStore, progressPrinter } from "../models/index.ts";
import { onInterrupt } from "./interruption.ts";

type Flags = Pick<AddOptions, "name" | "pooling" | "queryPrefix" | "passagePrefix" | "maxTokens">;

/** `selvedge models add`: takes a model of the user's own in, once it has been tried. */
export function addCommand(): Command {
  return new Command("add").description(
    "Add an embedding model of your own; it is tried in a process of its own before it is kept",
  )
    .argument("<source>", "a folder, OWNER/REPOSITORY@REVISION of the hub, or npm:PACKAGE@VERSION[/FOLDER]")
    .option("--name <name>", "what to call it (default: the name of its folder, repository or package)")
    .addOption(
      new Option("--pooling <kind>", "how token states become one vector (default: what the model says)")
        .choices(["mean", "cls", "last"]),
    )
    .option("--query-prefix <text>", "what the model wants before a query")
    .option("--passage-prefix <text>", "what the model wants before a passage")
    .option("--max-tokens <count>", "the longest input (default: what the model says)", tokenCount)
    .action(add);
}

async function add(from: string, flags: Flags): Promise<void> {
  const printer = await progressPrinter(process.stderr);
  using interruption = onInterrupt();
  const { signal } = interruption;
  try {
    const options = { from, store: new ModelStore(), check: checkModel, signal };
    const { name, dimensions, maxTokens, pooling } = await addModel({
      ...options,
      ...flags,
      onProgress: printer.onProgress,
    });
    printer.close();
    console.log(`${name} is added: ${dimensions} dimensions, ${maxTokens} tokens, ${pooling} pooling`);
  } finally {
    printer.close();
  }
}

function tokenCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 2) return count;
  throw new InvalidArgumentError("expected a whole number above 2");
}
