import type { PullProgress } from "./pull.ts";

/** Where progress is printed: `process.stderr`, or what looks like it. */
export interface ProgressOutput {
  /** Whether a person watches: a bar is drawn there, plain lines elsewhere. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Prints the progress of pulls. Close it before printing anything else; closing twice does no harm. */
export interface ProgressPrinter {
  readonly onProgress: (progress: PullProgress) => void;
  close(): void;
}

/** The line that says a transfer has begun. */
export function describeStart({ model, source, file }: Exclude<PullProgress, { phase: "failed" }>): string {
  return `${model}: fetching ${file} from ${source}`;
}

/** The line that says a source failed. */
export function describeFailure({ source, reason }: PullProgress & { phase: "failed" }): string {
  return `${source} failed: ${reason}`;
}
