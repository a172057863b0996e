/** Runs whatever graph it is given; belongs to the thread that imports it. */
import ort from "onnxruntime-node";
import type { TensorMap, TensorValue } from "../contract/index.ts";
import type { GraphFile } from "./graph-runner.ts";

/** Loaded graphs that are kept; the one that was used longest ago goes first. */
const maxLoaded = 8;

/** The graphs that a thread has loaded, by digest, the last used last. */
export class LoadedGraphs {
  readonly #sessions = new Map<string, ort.InferenceSession>();

  constructor(private readonly options: ort.InferenceSession.SessionOptions) {}

  /** Loads the graph if it is not, and runs it. Throws what ONNX Runtime says. */
  async run(graph: GraphFile, feeds: TensorMap, wanted?: readonly string[]): Promise<TensorMap> {
    const session = await this.#session(graph);
    const inputs = Object.entries(feeds).map(([name, value]) => [name, nativeTensor(value)]);
    const outputs = await session.run(Object.fromEntries(inputs), wanted ?? session.outputNames);
    return Object.fromEntries(Object.entries(outputs).map(([name, output]) => [name, plainTensor(output)]));
  }

  async #session(graph: GraphFile): Promise<ort.InferenceSession> {
    const { digest, path } = graph;
    const session = this.#sessions.get(digest) ?? await ort.InferenceSession.create(path, this.options);
    this.#sessions.delete(digest);
    this.#sessions.set(digest, session);
    for (const [oldest, stale] of [...this.#sessions].slice(0, -maxLoaded)) {
      this.#sessions.delete(oldest);
      await stale.release();
    }
    return session;
  }
}

function nativeTensor({ type, data, dims }: TensorValue): ort.Tensor {
  const tensor = new ort.Tensor(type as "float32", data as Float32Array, dims);
  // The native library takes the bits of a half float as they are, not JavaScript's array of them.
  if (data instanceof Float16Array) {
    Object.assign(tensor, { cpuData: new Uint16Array(data.buffer, data.byteOffset, data.length) });
  }
  return tensor;
}

function plainTensor({ type, data, dims }: ort.Tensor): TensorValue {
  return { type, data, dims } as TensorValue;
}
