import { buffersOf } from "./native-tensors.ts";
import type { ThreadAnswers, ThreadReply, ThreadRequest } from "./onnx-messages.ts";

/** How a thread runs. */
export interface ThreadPlan {
  /** Threads that ONNX Runtime uses for one run, the calling one included. */
  readonly intraOpThreads: number;
  /** 0, or up to 19 for a thread that takes only what others leave. */
  readonly niceness: number;
}

/** The reason of every request that was under way when a thread died. */
export class ThreadDied extends Error {
  constructor(cause: unknown) {
    super("An inference thread died", { cause });
  }
}

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * One ONNX Runtime thread: idle (no thread yet) → running → died, which is idle again. Requests are answered one
 * at a time, in the order they were made; the next request after a death starts another thread.
 */
export class OnnxThread {
  /** Called when the thread died with all it had loaded. */
  onDeath: () => void = () => {};
  #worker: Worker | undefined;
  #pending: Pending[] = [];

  constructor(readonly plan: ThreadPlan) {}

  /** @throws {ThreadDied} and what ONNX Runtime says */
  ask<Request extends ThreadRequest>(request: Request): Promise<ThreadAnswers[Request["type"]]> {
    const worker = this.#worker ??= this.#start();
    return this.#send(worker, request);
  }

  #start(): Worker {
    // Not a Worker of node:worker_threads: in Deno that takes 45 ms a megabyte to send what this one hands over.
    const worker = new Worker(new URL("./onnx-thread-main.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data: reply }: MessageEvent<ThreadReply>) => {
      const { resolve, reject } = this.#pending.shift()!;
      if (reply.type === "done") resolve(reply.answer as never);
      else reject(new Error(reply.message));
    };
    worker.onerror = (event) => {
      // Unless it is called handled, the error of a thread ends the process.
      event.preventDefault();
      this.#die(worker, new Error(event.message));
    };
    void this.#send(worker, { type: "start", niceness: this.plan.niceness }).catch(() =>
      "it died: others say so"
    );
    return worker;
  }

  #send<Request extends ThreadRequest>(
    worker: Worker,
    request: Request,
  ): Promise<ThreadAnswers[Request["type"]]> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      worker.postMessage(request, request.type === "run" ? buffersOf(request.feeds) : []);
    });
  }

  #die(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    worker.terminate();
    const pending = this.#pending;
    this.#pending = [];
    this.onDeath();
    for (const { reject } of pending) reject(new ThreadDied(cause));
  }
}
