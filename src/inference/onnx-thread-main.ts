/** Runs in a worker thread of the engine: ONNX Runtime's `run` blocks the thread that calls it. */
import { buffersOf } from "./native-tensors.ts";
import { probeBatchRule } from "./batch-rule.ts";
import type { BatchResult, ThreadAnswers, ThreadReply, ThreadRequest } from "./onnx-messages.ts";
import { OnnxSession } from "./onnx-session.ts";
import { openThreadClock } from "./thread-clock.ts";
import type { TensorMap } from "../contract/index.ts";

type Answer = ThreadAnswers[ThreadRequest["type"]];

// What a worker's global is, which the types of a main thread do not know.
const thread = self as unknown as {
  onmessage: (event: MessageEvent<ThreadRequest>) => void;
  postMessage(reply: ThreadReply, transfer: Transferable[]): void;
};
const clock = openThreadClock();
const sessions = new Map<string, OnnxSession>();
let last: Promise<void> = Promise.resolve();

thread.onmessage = ({ data: request }) => {
  last = last.then(() => reply(request));
};

async function reply(request: ThreadRequest): Promise<void> {
  try {
    const answer = await answerTo(request);
    thread.postMessage({ type: "done", answer }, memoryOf(request, answer));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    thread.postMessage({ type: "failed", message }, []);
  }
}

async function answerTo(request: ThreadRequest): Promise<Answer> {
  switch (request.type) {
    case "start":
      clock.setNiceness(request.niceness);
      return null;
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
    case "run":
      return await sessions.get(request.digest)!.run(request.feeds, request.outputs);
  }
}

function memoryOf({ type }: ThreadRequest, answer: Answer): ArrayBuffer[] {
  if (type === "embed") return (answer as BatchResult).rows.map(({ buffer }) => buffer);
  return type === "run" ? buffersOf(answer as TensorMap) : [];
}
