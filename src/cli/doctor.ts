import { Command } from "commander";
import { checkHealth } from "../app/index.ts";
import { SelvedgeError } from "../contract/index.ts";
import { type ProjectOptions, withProjectFlags } from "./project-flags.ts";
import { stopSignal } from "./stop-signal.ts";

const marks = { ok: "ok     ", warning: "warning", fault: "FAULT  " } as const;

/** `selvedge doctor`: checks the machine and the project, and says what to do. */
export function doctorCommand(): Command {
  return withProjectFlags(new Command("doctor"))
    .description("check versions, port, weights, disk and engine, and say what to do")
    .action(run);
}

async function run(flags: ProjectOptions): Promise<void> {
  let faults = 0;
  for await (const { subject, state, text } of checkHealth(flags, stopSignal())) {
    console.log(`${marks[state]}  ${subject.padEnd(8)}  ${text}`);
    if (state === "fault") faults++;
  }
  if (faults > 0) {
    throw new SelvedgeError("SETTINGS_INVALID", `The doctor found ${faults} fault(s), shown above`);
  }
}
