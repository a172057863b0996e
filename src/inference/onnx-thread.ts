import type { TensorMap } from "../contract/index.ts";
import type { GraphFile, GraphRunOptions } from "./graph-runner.ts";
import { buffersOf, type EmbedJob, type ThreadReply, type ThreadRequest } from "./onnx-messages.ts";

/** One ONNX Runtime thread. Requests are answered one at a time, in the order they were made. */
export class OnnxThread {
  // Not a Worker of node:worker_threads: in Deno that takes 45 ms a megabyte to send what this one hands over.
  readonly #worker = new Worker(new URL("./onnx-thread-main.ts", import.meta.url), { type: "module" });
  #last: Promise<unknown> = Promise.resolve();

  /** Loads a model from an ONNX file. Throws what ONNX Runtime says of a bad file. */
  async load(model: string, path: string): Promise<void> {
    await this.#ask({ type: "load", model, path });
  }

  /** Runs one text through a loaded model and pools its hidden states. */
  async embed(job: EmbedJob): Promise<Float32Array<ArrayBuffer>> {
    const reply = await this.#ask({ type: "embed", job });
    return reply.type === "done" ? reply.row : mistaken(reply);
  }

  /**
   * Runs a graph, unless `signal` aborts before its turn comes. The feeds' memory goes to the thread and is gone
   * here. Throws what ONNX Runtime says of its feeds.
   */
  async run(graph: GraphFile, feeds: TensorMap, { outputs, signal }: GraphRunOptions): Promise<TensorMap> {
    const reply = await this.#ask({ type: "run", graph, feeds, ...(outputs && { outputs }) }, signal);
    return reply.type === "ran" ? reply.outputs : mistaken(reply);
  }

  #ask(request: ThreadRequest, signal?: AbortSignal): Promise<ThreadReply> {
    const answer = this.#last.then(() => {
      signal?.throwIfAborted();
      return this.#send(request);
    });
    this.#last = answer.catch(() => "the asker has the error");
    return answer;
  }

  #send(request: ThreadRequest): Promise<ThreadReply> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data: reply }: MessageEvent<ThreadReply>) => {
        if (reply.type === "failed") reject(new Error(reply.message));
        else resolve(reply);
      };
      this.#worker.postMessage(request, request.type === "run" ? buffersOf(request.feeds) : []);
    });
  }
}

function mistaken({ type }: ThreadReply): never {
  throw new Error(`Our fault: the thread answered "${type}" to another question`);
}
