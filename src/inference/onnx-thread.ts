import { Worker } from "node:worker_threads";
import type { EmbedJob, ThreadReply, ThreadRequest } from "./onnx-messages.ts";

/**
 * One ONNX Runtime thread. It answers one request at a time: whoever holds it waits for the reply before
 * asking again.
 */
export class OnnxThread {
  readonly #worker = new Worker(new URL("./onnx-thread-main.ts", import.meta.url));

  /** Loads a model from an ONNX file. Throws what ONNX Runtime says of a bad file. */
  async load(model: string, path: string): Promise<void> {
    await this.#ask({ type: "load", model, path });
  }

  /** Runs one text through a loaded model and pools its hidden states. */
  async embed(job: EmbedJob): Promise<Float32Array<ArrayBuffer>> {
    return await this.#ask({ type: "embed", job });
  }

  #ask(request: ThreadRequest): Promise<Float32Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#worker.once("message", (reply: ThreadReply) => {
        if (reply.type === "done") resolve(reply.row);
        else reject(new Error(reply.message));
      });
      this.#worker.postMessage(request);
    });
  }
}
