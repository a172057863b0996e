// @ts-types="./cli-progress.d.ts"
import cliProgress from "cli-progress";
import { formatBytes } from "./byte-size.ts";
import {
  describeFailure,
  describeStart,
  type ProgressOutput,
  type ProgressPrinter,
} from "./progress-output.ts";

/** Draws a bar for each transfer on a terminal, under a line that says what is fetched from where. */
export function barPrinter(output: ProgressOutput): ProgressPrinter {
  const bar = new cliProgress.SingleBar({
    stream: output,
    format: "{name} [{bar}] {percentage} % of {total}",
    formatValue: (value, _options, kind) => kind === "total" ? formatBytes(value) : String(value),
    barsize: 30,
    hideCursor: true,
    // It would take over Ctrl+C; whoever cancels the pull closes this printer.
    gracefulExit: false,
  });
  let isDrawn = false;
  const stop = () => {
    if (isDrawn) bar.stop();
    isDrawn = false;
  };
  return {
    onProgress(progress) {
      if (progress.phase === "receiving") return bar.update(progress.receivedBytes);
      if (progress.phase === "end") bar.update(progress.totalBytes ?? progress.receivedBytes);
      stop();
      if (progress.phase === "failed") output.write(`${describeFailure(progress)}\n`);
      if (progress.phase !== "start") return;
      output.write(`${describeStart(progress)}\n`);
      bar.start(progress.totalBytes ?? 0, 0, { name: progress.file });
      isDrawn = true;
    },
    close: stop,
  };
}
