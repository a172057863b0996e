import { formatBytes } from "./byte-size.ts";
import {
  describeFailure,
  describeStart,
  type ProgressOutput,
  type ProgressPrinter,
} from "./progress-output.ts";
import type { TransferProgress } from "./source.ts";

/** How often a plain line says how far a transfer has come: enough to see it live, few enough for a log. */
const plainEveryMs = 5_000;

/**
 * A printer for pulls: a bar for each transfer on a terminal; elsewhere a line when it starts, one at most every
 * five seconds, and one when it ends. A source that failed is told in both.
 *
 * @example
 * ```ts
 * import process from "node:process";
 * import { findModel, ModelStore, progressPrinter, pullModel } from "./index.ts";
 *
 * async function pullDefault(signal: AbortSignal) {
 *   const printer = await progressPrinter(process.stderr);
 *   try {
 *     const store = new ModelStore();
 *     return await pullModel(await findModel("gte-small"), { store, signal, onProgress: printer.onProgress });
 *   } finally {
 *     printer.close();
 *   }
 * }
 * ```
 */
export async function progressPrinter(
  output: ProgressOutput,
  now = () => Date.now(),
): Promise<ProgressPrinter> {
  if (!output.isTTY) return linePrinter(output, now);
  // Loaded on use: most commands draw no bar.
  const { barPrinter } = await import("./bar-printer.ts");
  return barPrinter(output);
}

function linePrinter(output: ProgressOutput, now: () => number): ProgressPrinter {
  let printedAtMs = 0;
  const print = (text: string) => {
    printedAtMs = now();
    output.write(`${text}\n`);
  };
  return {
    onProgress(progress) {
      if (progress.phase === "failed") print(describeFailure(progress));
      else if (progress.phase === "start") {
        const size = progress.totalBytes === null ? "" : `, ${formatBytes(progress.totalBytes)}`;
        print(describeStart(progress) + size);
      } else if (progress.phase === "end") print(`${progress.model}: ${progress.file} received`);
      else if (now() - printedAtMs >= plainEveryMs) {
        print(`${progress.model}: ${progress.file} ${describeShare(progress)}`);
      }
    },
    close() {},
  };
}

/** How far a transfer is: a share, or the bytes alone where nobody knows how many there will be. */
function describeShare({ receivedBytes, totalBytes }: TransferProgress): string {
  if (totalBytes === null) return formatBytes(receivedBytes);
  return `${Math.floor((receivedBytes / totalBytes) * 100)} % of ${formatBytes(totalBytes)}`;
}
