/** Runs in a worker thread of the engine: ONNX Runtime's `run` blocks the thread that calls it. */
import ort from "onnxruntime-node";
import { LoadedGraphs } from "./graph-thread.ts";
import { buffersOf, type EmbedJob, type ThreadReply, type ThreadRequest } from "./onnx-messages.ts";
import { l2Normalize, pool } from "./pooling.ts";

const options: ort.InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: navigator.hardwareConcurrency,
  interOpNumThreads: 1,
  // Threads that wait for work by spinning keep a core busy while nobody asks.
  extra: { session: { intra_op: { allow_spinning: "0" } } },
};
const sessions = new Map<string, ort.InferenceSession>();
const graphs = new LoadedGraphs(options);

// What a worker's global is, which the types of a main thread do not know.
const thread = self as unknown as {
  onmessage: (event: MessageEvent<ThreadRequest>) => void;
  postMessage(reply: ThreadReply, transfer?: Transferable[]): void;
};

thread.onmessage = async ({ data: request }: MessageEvent<ThreadRequest>) => {
  try {
    const reply = await answer(request);
    thread.postMessage(reply, reply.type === "ran" ? buffersOf(reply.outputs) : [reply.row.buffer]);
  } catch (error) {
    const reply: ThreadReply = {
      type: "failed",
      message: error instanceof Error ? error.message : String(error),
    };
    thread.postMessage(reply);
  }
};

async function answer(request: ThreadRequest): Promise<Exclude<ThreadReply, { type: "failed" }>> {
  switch (request.type) {
    case "load":
      return { type: "done", row: await load(request) };
    case "embed":
      return { type: "done", row: await embed(request.job) };
    case "run":
      return { type: "ran", outputs: await graphs.run(request.graph, request.feeds, request.outputs) };
  }
}

async function load({ model, path }: { model: string; path: string }): Promise<Float32Array<ArrayBuffer>> {
  sessions.set(model, await ort.InferenceSession.create(path, options));
  return new Float32Array();
}

async function embed(job: EmbedJob): Promise<Float32Array<ArrayBuffer>> {
  const session = sessions.get(job.model)!;
  const shape = [1, job.ids.length];
  const tensor = (value: (id: number) => number) =>
    new ort.Tensor("int64", BigInt64Array.from(job.ids, (id) => BigInt(value(id))), shape);
  const inputs: Record<string, ort.Tensor> = {
    input_ids: tensor((id) => id),
    attention_mask: tensor(() => 1),
    token_type_ids: tensor(() => 0),
  };
  const feeds = Object.fromEntries(session.inputNames.map((name) => [name, inputs[name]!]));
  const output = (await session.run(feeds))[session.outputNames[0]!]!;
  return row(output.data as Float32Array, output.dims.at(-1)!, job);
}

function row(
  states: Float32Array,
  dimensions: number,
  { pooling, normalize }: EmbedJob,
): Float32Array<ArrayBuffer> {
  const values = pooling === "none" ? states : pool(states, dimensions, pooling);
  return normalize ? l2Normalize(values) : Float32Array.from(values);
}
