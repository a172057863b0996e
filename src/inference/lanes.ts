import { type Lane, type LaneParts, runBatches } from "./batch-loop.ts";
import { planFor } from "./machine-plan.ts";
import { OnnxThread } from "./onnx-thread.ts";

/** Batches that a bulk thread has before it, so that it need not wait for the next one. */
const bulkBatchesAhead = 2;
const laneClasses = ["interactive", "bulk", "graph"] as const;

/**
 * Makes this machine's lanes, the first of them interactive, and sets them to work. Their threads start when the
 * first batch comes.
 */
export function openLanes(parts: LaneParts): readonly Lane[] {
  const plan = planFor(navigator.hardwareConcurrency);
  const lanes = laneClasses.flatMap((laneClass) =>
    plan[laneClass].map((threads) => ({ laneClass, thread: new OnnxThread(threads) }))
  );
  for (const lane of lanes) {
    lane.thread.onDeath = () => parts.graphs.forget(lane.thread);
    const loops = lane.laneClass === "bulk" ? bulkBatchesAhead : 1;
    for (let loop = 0; loop < loops; loop++) void runBatches(lane, parts);
  }
  return lanes;
}
