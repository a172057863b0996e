/** Runs in a worker thread of the engine: ONNX Runtime's `run` blocks the thread that calls it. */
import { parentPort, workerData } from "node:worker_threads";
import { probeBatchRule } from "./batch-rule.ts";
import type { BatchResult, ThreadAnswers, ThreadReply, ThreadRequest } from "./onnx-messages.ts";
import { OnnxSession } from "./onnx-session.ts";
import { openThreadClock } from "./thread-clock.ts";

const clock = openThreadClock();
const sessions = new Map<string, OnnxSession>();
let last: Promise<void> = Promise.resolve();

clock.setNiceness(workerData.niceness);
parentPort!.on("message", (request: ThreadRequest) => {
  last = last.then(() => reply(request));
});

async function reply(request: ThreadRequest): Promise<void> {
  try {
    const answer = await answerTo(request);
    const buffers = request.type === "embed" ? (answer as BatchResult).rows.map(({ buffer }) => buffer) : [];
    parentPort!.postMessage({ type: "done", answer } satisfies ThreadReply, buffers);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ type: "failed", message } satisfies ThreadReply);
  }
}

async function answerTo(request: ThreadRequest): Promise<ThreadAnswers[keyof ThreadAnswers]> {
  switch (request.type) {
    case "load":
      sessions.set(request.graph.digest, await OnnxSession.open(request.graph.path, request.intraOpThreads));
      clock.releaseFreedMemory();
      return null;
    case "unload":
      await sessions.get(request.digest)?.release();
      sessions.delete(request.digest);
      clock.releaseFreedMemory();
      return null;
    case "probe":
      return await probeBatchRule(sessions.get(request.digest)!);
    case "embed": {
      const startedAtMs = clock.cpuMs();
      const result = await sessions.get(request.digest)!.embed(request.rows, request.padId);
      return { ...result, cpuMs: clock.cpuMs() - startedAtMs };
    }
  }
}
