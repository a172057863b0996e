import { SelvedgeError, type TensorMap } from "../contract/index.ts";
import type { BatchQueue } from "./batch-queue.ts";
import { GraphWork } from "./graph-work.ts";
import type { GraphFile } from "./onnx-messages.ts";
import type { RowWork } from "./row-work.ts";

/** Runs that may wait, each with its tensors in memory; one more is refused. */
const maxWaiting = 64;

/** For whom a graph runs, and what cancels it. */
export interface GraphRunOptions {
  readonly caller: string;
  readonly signal: AbortSignal;
  /** The outputs to return; without it, all. */
  readonly outputs?: readonly string[];
}

/** Runs graphs that are not ours, in a lane of their own, callers in turn. */
export class GraphRunner {
  constructor(private readonly queue: BatchQueue<RowWork | GraphWork>) {}

  /**
   * The feeds' memory goes to the thread and is gone here.
   *
   * @throws {SelvedgeError} `INPUT_INVALID` when the graph refuses its feeds, `ENGINE_BUSY`, `CANCELLED`
   */
  async run(graph: GraphFile, feeds: TensorMap, { signal, ...options }: GraphRunOptions): Promise<TensorMap> {
    if (this.queue.waiting("graph") >= maxWaiting) {
      const message = `Cannot run a graph now: ${maxWaiting} runs are waiting; try again`;
      throw new SelvedgeError("ENGINE_BUSY", message, { retryAfterSeconds: 1 });
    }
    const work = new GraphWork({ graph, feeds, ...options });
    this.queue.push(work);
    return await work.wait(signal);
  }
}
