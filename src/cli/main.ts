/** The command `selvedge`. */
import { Command, CommanderError } from "commander";
import { isSelvedgeError } from "../contract/index.ts";
import { doctorCommand } from "./doctor.ts";
import { exitCodeOf, refusedBySystem } from "./exit-codes.ts";
import { functionsCommand } from "./functions.ts";
import { modelsCommand } from "./models.ts";
import { startCommand } from "./start.ts";
import { statusCommand } from "./status.ts";

const { default: { version } } = await import("../../package.json", { with: { type: "json" } });

/** Runs one command line. Resolves with the exit status. */
async function run(args: readonly string[]): Promise<number> {
  const program = new Command("selvedge")
    .description("The self-hosted edge with AI built in: runs a Supabase project's edge functions unchanged")
    .version(version)
    .showHelpAfterError("(selvedge --help shows what there is)");
  for (
    const command of [startCommand(), statusCommand(), functionsCommand(), modelsCommand(), doctorCommand()]
  ) {
    program.addCommand(command);
  }
  everyCommand(program, (command) => command.exitOverride());
  try {
    await program.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    // Whoever read our output has seen enough.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (isRefusedBySystem(error)) {
      console.error(`selvedge: The system refused: ${error.message}`);
      return refusedBySystem;
    }
    console.error(isSelvedgeError(error) ? `selvedge: ${error.message}` : error);
    return exitCodeOf(error);
  }
}

/** Rights and kinds of files are the operator's to mend; the message names the path. */
function isRefusedBySystem(error: unknown): error is Error {
  const { PermissionDenied, NotADirectory, IsADirectory, AlreadyExists } = Deno.errors;
  return [PermissionDenied, NotADirectory, IsADirectory, AlreadyExists].some((kind) =>
    error instanceof kind
  ) ||
    (error instanceof Error && /EROFS|Read-only file system/.test(error.message));
}

function everyCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) everyCommand(child, visit);
}

Deno.exit(await run(Deno.args));
