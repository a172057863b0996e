/**
 * The engine process: `main.ts SETTINGS`, its settings as JSON. Prints the line `ready` when it can answer for its
 * model, and ends when its standard input ends, which is how it notices that its host has gone.
 */
import { isSelvedgeError } from "../contract/index.ts";
import { acquireModel, folderOfModel, ModelStore } from "../models/index.ts";
import { Admission } from "./admission.ts";
import { BatchQueue } from "./batch-queue.ts";
import { DiskRowStore } from "./disk-row-store.ts";
import { Embedder } from "./embedder.ts";
import { EngineMetrics } from "./engine-metrics.ts";
import type { EngineSettings } from "./engine-settings.ts";
import { checkGraph } from "./graph-check.ts";
import { GraphRunner } from "./graph-runner.ts";
import { GraphSessions } from "./graph-sessions.ts";
import { GraphStore } from "./graph-store.ts";
import type { GraphWork } from "./graph-work.ts";
import { openLanes } from "./lanes.ts";
import { ModelRegistry } from "./model-registry.ts";
import { graphFolder, taskSocketOf } from "./places.ts";
import { ResidentGraphs } from "./resident-graphs.ts";
import type { RowWork } from "./row-work.ts";
import { engineServer } from "./server.ts";
import { TaskProcess } from "./task-process.ts";
import { tensorRoute } from "./tensor-routes.ts";
import { VectorCache } from "./vector-cache.ts";

/** How often is looked for what was idle, at most. */
const sweepMs = 15_000;
/** Larger batches ran no faster. */
const batchLimits = { tokens: 256, rows: 32 };

async function endWithHost(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit(0);
}

async function serve(settings: EngineSettings): Promise<void> {
  const { socket, memoryBytes, idleUnloadMs } = settings;
  const graphs = new ResidentGraphs(memoryBytes);
  const queue = new BatchQueue<RowWork | GraphWork>(batchLimits);
  const [admission, metrics] = [new Admission(), new EngineMetrics()];
  const { thread } = openLanes({ queue, graphs, metrics })[0]!;
  const models = new ModelRegistry({ store: new ModelStore(), graphs, thread, acquire: acquireModel });
  const cache = openCache(settings);
  metrics.watch({
    waitingTokens: (priority) => admission.waitingTokens(priority),
    cacheBytes: () => cache?.bytes ?? 0,
    graphBytes: () => graphs.bytes,
  });
  const kept = await models.getInstalled(settings.model).catch((error) => {
    if (settings.isModelRequired) throw error;
    console.error(describe(error));
  });
  setInterval(() => {
    models.sweep(idleUnloadMs);
    void graphs.sweep(idleUnloadMs, (holder, digest) => holder === thread && digest === kept?.digest);
  }, Math.min(sweepMs, idleUnloadMs));
  const sessions = new GraphSessions({
    store: new GraphStore(graphFolder()),
    runner: new GraphRunner(queue),
    folderOf: folderOfModel,
    check: checkGraph,
  });
  const routes = [tensorRoute(sessions), new TaskProcess(taskSocketOf(socket), socket).route];
  const embedder = new Embedder({ models, queue, admission, metrics, cache });
  engineServer({ embedder, models, metrics, routes }).listen(socket, () => console.log("ready"));
}

function openCache({ cacheBytes, cacheFile }: EngineSettings): VectorCache | undefined {
  if (cacheBytes === 0) return undefined;
  return new VectorCache(cacheBytes, cacheFile === undefined ? undefined : new DiskRowStore(cacheFile));
}

function describe(error: unknown): string {
  if (isSelvedgeError(error)) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

void endWithHost();
await serve(JSON.parse(Deno.args[0]!)).catch((error) => {
  console.error(describe(error));
  Deno.exit(1);
});
