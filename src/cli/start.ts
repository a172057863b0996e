import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { type Running, start } from "../app/index.ts";
import { listFunctions } from "../functions/index.ts";
import { progressPrinter } from "../models/index.ts";
import { defaultFunctionConfig, readSettings } from "../settings/index.ts";
import { LineWriter, openTelemetry, type Telemetry } from "../telemetry/index.ts";
import { connectionText, connectionValues } from "./connection-values.ts";
import { type ProjectOptions, withProjectFlags } from "./project-flags.ts";
import { stopSignal } from "./stop-signal.ts";

/** What a stalled reader of the log may hold up the end. */
const flushMs = 1_000;

/** `selvedge start`: runs the project until it is told to stop. */
export function startCommand(): Command {
  return withProjectFlags(new Command("start"))
    .description("run the project's functions, with the engine and the gateway, until stopped")
    .action(run);
}

async function run(flags: ProjectOptions): Promise<void> {
  const signal = stopSignal();
  const settings = await readSettings(flags);
  const log = new LineWriter(Deno.stderr);
  const telemetry = await openTelemetry((line) => log.write(line));
  recordForgotten(telemetry);
  const progress = await progressPrinter(process.stderr);
  let running: Running | undefined;
  try {
    running = await start({ settings, telemetry, signal, onPull: progress.onProgress });
    const functions = await listFunctions(settings, defaultFunctionConfig);
    console.log(connectionText(connectionValues(settings, running.keys), functions));
    console.log("\nSelvedge is running. Stop it with Ctrl-C.");
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.close();
    await running?.stop();
    await Promise.race([log.flush(), delay(flushMs)]);
  }
}

/** One forgotten failure is our fault, and no reason to end everybody's requests. */
function recordForgotten(telemetry: Telemetry): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    telemetry.record("request.failed", {
      code: "INTERNAL",
      reason: `${event.reason?.stack ?? event.reason}`,
    });
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    telemetry.record("request.failed", {
      code: "INTERNAL",
      reason: `${event.error?.stack ?? event.message}`,
    });
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
