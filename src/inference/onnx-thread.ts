import { Worker } from "node:worker_threads";
import type { EmbedJob, ThreadReply, ThreadRequest } from "./onnx-messages.ts";

/** One ONNX Runtime thread. Requests are answered one at a time, in the order they were made. */
export class OnnxThread {
  readonly #worker = new Worker(new URL("./onnx-thread-main.ts", import.meta.url));
  #last: Promise<unknown> = Promise.resolve();

  /** Loads a model from an ONNX file. Throws what ONNX Runtime says of a bad file. */
  async load(model: string, path: string): Promise<void> {
    await this.#ask({ type: "load", model, path });
  }

  /** Runs one text through a loaded model and pools its hidden states. */
  async embed(job: EmbedJob): Promise<Float32Array<ArrayBuffer>> {
    return await this.#ask({ type: "embed", job });
  }

  #ask(request: ThreadRequest): Promise<Float32Array<ArrayBuffer>> {
    const answer = this.#last.then(() => this.#send(request));
    this.#last = answer.catch(() => "the asker has the error");
    return answer;
  }

  #send(request: ThreadRequest): Promise<Float32Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      this.#worker.once("message", (reply: ThreadReply) => {
        if (reply.type === "done") resolve(reply.row);
        else reject(new Error(reply.message));
      });
      this.#worker.postMessage(request);
    });
  }
}
