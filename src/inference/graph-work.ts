import type { TensorMap } from "../contract/index.ts";
import type { QueueItem } from "./batch-queue.ts";
import type { GraphFile } from "./onnx-messages.ts";
import { QueuedResult } from "./queued-result.ts";

/** What a run of a graph is made of. */
export interface GraphOrder {
  readonly graph: GraphFile;
  readonly feeds: TensorMap;
  readonly outputs?: readonly string[];
  readonly caller: string;
}

/** One run of a graph that is not ours, on its way. Never shares a batch. */
export class GraphWork extends QueuedResult<TensorMap> implements QueueItem {
  readonly group: string;
  readonly batchRule = "alone";
  readonly priority = "graph";
  /** What a run costs is not known before: callers take turns by runs. */
  readonly length = 1;

  constructor(readonly order: GraphOrder) {
    super();
    this.group = `run ${order.graph.digest}`;
  }

  get caller(): string {
    return this.order.caller;
  }
}
