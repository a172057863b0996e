import { SelvedgeError } from "../contract/index.ts";
import type { BatchQueue, LaneClass } from "./batch-queue.ts";
import type { EngineMetrics } from "./engine-metrics.ts";
import type { BatchResult } from "./onnx-messages.ts";
import { type OnnxThread, ThreadDied } from "./onnx-thread.ts";
import { GraphWork } from "./graph-work.ts";
import type { ResidentGraphs } from "./resident-graphs.ts";
import type { RowWork } from "./row-work.ts";

/** A row that was on a thread when it died is tried once more, on another; after that it is held to be the cause. */
const deathsAllowed = 1;

/** A thread, and which batches it takes. */
export interface Lane {
  readonly laneClass: LaneClass;
  readonly thread: OnnxThread;
}

/** What a lane works with. */
export interface LaneParts {
  readonly queue: BatchQueue<RowWork | GraphWork>;
  readonly graphs: ResidentGraphs;
  readonly metrics: EngineMetrics;
}

/** Takes batches and runs them, one after the other, for ever. Two loops on one lane keep its thread from waiting. */
export async function runBatches(lane: Lane, parts: LaneParts): Promise<never> {
  while (true) {
    const batch = await parts.queue.take(lane.laneClass);
    const [first] = batch;
    if (first instanceof GraphWork) await runGraph(first, lane, parts);
    else await runBatch(batch as RowWork[], lane, parts);
  }
}

async function runBatch(batch: readonly RowWork[], lane: Lane, parts: LaneParts): Promise<void> {
  try {
    const result = await compute(batch, lane, parts);
    const startedAt = performance.now() - result.runMs - result.poolMs;
    const tokens = batch.reduce((sum, { length }) => sum + length, 0);
    batch.forEach((work, index) => {
      const share = work.length / tokens;
      const times = { runMs: result.runMs * share, poolMs: result.poolMs * share };
      work.complete(result.rows[index]!, startedAt, times);
    });
  } catch (error) {
    if (error instanceof ThreadDied) retry(batch, error, parts.queue);
    else if (batch.length === 1) batch[0]!.fail(fault(error, batch[0]!));
    // One row's fault is not the others'.
    else for (const work of batch) await runBatch([work], lane, parts);
  }
}

async function compute(
  batch: readonly RowWork[],
  lane: Lane,
  { graphs, queue, metrics }: LaneParts,
): Promise<BatchResult> {
  const first = batch[0]!;
  const { model } = first.order;
  const { thread, laneClass } = lane;
  using _lease = await graphs.lease(thread, model.graph);
  if (model.batchRule === undefined && (laneClass === "bulk" || queue.waiting(laneClass) > 0)) {
    model.batchRule = await thread.ask({ type: "probe", digest: model.digest });
  }
  const rows = batch.map(({ order: { encoding, shape } }) => ({ ids: encoding.ids, shape }));
  const result = await thread.ask({
    type: "embed",
    digest: model.digest,
    padId: model.tokenizer.padId,
    rows,
  });
  metrics.batchRan(
    model.name,
    first.order.priority,
    batch,
    result.runMs,
    result.cpuMs * thread.plan.intraOpThreads,
  );
  return result;
}

function retry(batch: readonly RowWork[], error: ThreadDied, queue: BatchQueue<RowWork | GraphWork>): void {
  for (const work of batch) {
    if (work.deaths++ < deathsAllowed) queue.push(work);
    else {work.fail(
        new SelvedgeError("INTERNAL", "The inference thread died twice on this text", { cause: error }),
      );}
  }
}

function fault(error: unknown, { order: { model } }: RowWork): unknown {
  if (error instanceof SelvedgeError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SelvedgeError("MODEL_INVALID", `Cannot run model "${model.name}": ${reason}`, { cause: error });
}

async function runGraph(work: GraphWork, { thread }: Lane, { graphs }: LaneParts): Promise<void> {
  const { graph, feeds, outputs } = work.order;
  try {
    using _lease = await graphs.lease(thread, graph);
    work.resolve(await thread.ask({ type: "run", digest: graph.digest, feeds, outputs }));
  } catch (error) {
    if (error instanceof SelvedgeError) return work.fail(error);
    // Its tensors have gone to the thread: they cannot be tried again, and the graph may be why it died.
    const code = error instanceof ThreadDied ? "INTERNAL" : "INPUT_INVALID";
    const reason = error instanceof Error ? error.message : String(error);
    work.fail(new SelvedgeError(code, `Cannot run graph ${graph.digest}: ${reason}`, { cause: error }));
  }
}
