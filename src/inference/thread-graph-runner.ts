import { SelvedgeError, type TensorMap } from "../contract/index.ts";
import type { GraphFile, GraphRunner, GraphRunOptions } from "./graph-runner.ts";
import type { OnnxThread } from "./onnx-thread.ts";

/** Runs that may wait for the thread; one more is refused. */
const maxWaiting = 64;

/** Runs graphs on the engine's thread, in the order they came. */
export class ThreadGraphRunner implements GraphRunner {
  #waiting = 0;

  constructor(private readonly thread: OnnxThread) {}

  async run(graph: GraphFile, feeds: TensorMap, options: GraphRunOptions): Promise<TensorMap> {
    if (this.#waiting >= maxWaiting) {
      throw new SelvedgeError(
        "ENGINE_BUSY",
        `Cannot run a graph now: ${maxWaiting} runs are waiting; try again`,
      );
    }
    this.#waiting++;
    try {
      return await this.thread.run(graph, feeds, options);
    } catch (error) {
      if (options.signal.aborted) throw new SelvedgeError("CANCELLED", "The caller has gone");
      const why = error instanceof Error ? error.message : String(error);
      throw new SelvedgeError("INPUT_INVALID", `Cannot run graph ${graph.digest}: ${why}`, { cause: error });
    } finally {
      this.#waiting--;
    }
  }
}
