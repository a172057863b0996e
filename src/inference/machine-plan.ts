import type { ThreadPlan } from "./onnx-thread.ts";

/** Beyond so many threads a single short text is not answered sooner. */
const mostThreadsForOneText = 4;
/** Leaves a backfill a tenth of a core that is otherwise busy, and all of an idle one. */
const bulkNiceness = 10;
/** After texts that somebody waits for, before bulk. */
const graphNiceness = 5;

/** The threads an engine runs. */
export interface MachinePlan {
  /** Answer those who wait: few lanes of several threads each, for the shortest time to an answer. */
  readonly interactive: readonly ThreadPlan[];
  /** Work through bulk: a lane of one thread a core, for the most texts a second, at low priority. */
  readonly bulk: readonly ThreadPlan[];
  /** Run graphs that are not ours: what a function brings must not hold up anybody's texts. */
  readonly graph: readonly ThreadPlan[];
}

/** Chooses threads for a machine of so many cores. */
export function planFor(cores: number): MachinePlan {
  const intraOpThreads = Math.min(cores, mostThreadsForOneText);
  const lanes = Math.max(1, Math.floor(cores / mostThreadsForOneText));
  return {
    interactive: Array.from({ length: lanes }, () => ({ intraOpThreads, niceness: 0 })),
    bulk: Array.from({ length: cores }, () => ({ intraOpThreads: 1, niceness: bulkNiceness })),
    graph: [{ intraOpThreads, niceness: graphNiceness }],
  };
}

/** The plan in words. */
export function describePlan({ interactive, bulk }: MachinePlan): string {
  return `interactive: ${interactive.length} × ${interactive[0]!.intraOpThreads} threads, ` +
    `bulk: ${bulk.length} × ${bulk[0]!.intraOpThreads} at low priority`;
}
