/**
 * The engine process: `main.ts SETTINGS`, its settings as JSON. Prints the line `ready` when it can answer for its
 * model, and ends when its standard input ends, which is how it notices that its host has gone.
 */
import { ModelStore } from "../models/index.ts";
import { acquireModel } from "./acquire-model.ts";
import { Admission } from "./admission.ts";
import { type Lane, runBatches } from "./batch-loop.ts";
import { BatchQueue } from "./batch-queue.ts";
import { DiskRowStore } from "./disk-row-store.ts";
import { Embedder } from "./embedder.ts";
import { EngineMetrics } from "./engine-metrics.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { planFor } from "./machine-plan.ts";
import { ModelRegistry } from "./model-registry.ts";
import { OnnxThread } from "./onnx-thread.ts";
import { ResidentGraphs } from "./resident-graphs.ts";
import type { RowWork } from "./row-work.ts";
import { engineServer } from "./server.ts";
import { VectorCache } from "./vector-cache.ts";

/** Batches that a bulk thread has before it, so that it need not wait for the next one. */
const bulkBatchesAhead = 2;
const sweepMs = 15_000;
/** Larger batches ran no faster; smaller ones did. */
const batchLimits = { tokens: 256, rows: 32 };

async function endWithHost(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit(0);
}

function openLanes(graphs: ResidentGraphs): Lane[] {
  const plan = planFor(navigator.hardwareConcurrency);
  const lanes = (["interactive", "bulk"] as const).flatMap((priority) =>
    plan[priority].map((threads) => ({ priority, thread: new OnnxThread(threads) }))
  );
  for (const { thread } of lanes) thread.onDeath = () => graphs.forget(thread);
  return lanes;
}

async function serve(settings: EngineSettings): Promise<void> {
  const graphs = new ResidentGraphs(settings.memoryBytes);
  const queue = new BatchQueue<RowWork>(batchLimits);
  const [admission, metrics] = [new Admission(), new EngineMetrics()];
  const lanes = openLanes(graphs);
  const first = lanes[0]!.thread;
  for (const lane of lanes) {
    void runBatches(lane, { queue, graphs, metrics });
    for (let ahead = 1; lane.priority === "bulk" && ahead < bulkBatchesAhead; ahead++) {
      void runBatches(lane, { queue, graphs, metrics });
    }
  }
  const models = new ModelRegistry({ store: new ModelStore(), graphs, thread: first, acquire: acquireModel });
  const store = settings.cacheFile === undefined ? undefined : new DiskRowStore(settings.cacheFile);
  const cache = settings.cacheBytes > 0 ? new VectorCache(settings.cacheBytes, store) : undefined;
  metrics.watch({
    waitingTokens: (priority) => admission.waitingTokens(priority),
    cacheBytes: () => cache?.bytes ?? 0,
    graphBytes: () => graphs.bytes,
  });
  const kept = await models.getInstalled(settings.model);
  setInterval(() => {
    models.sweep(settings.idleUnloadMs);
    void graphs.sweep(settings.idleUnloadMs, (thread, digest) => thread === first && digest === kept.digest);
  }, sweepMs);
  const embedder = new Embedder({ models, queue, admission, metrics, cache });
  engineServer({ embedder, models, metrics }).listen(settings.socket, () => console.log("ready"));
}

void endWithHost();
await serve(JSON.parse(Deno.args[0]!));
