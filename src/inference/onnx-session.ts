import ort from "onnxruntime-node";
import type { TensorMap } from "../contract/index.ts";
import { nativeTensors, plainTensors } from "./native-tensors.ts";
import type { BatchResult, BatchRow } from "./onnx-messages.ts";
import { shapeRow } from "./pooling.ts";

type IntegerType = "int32" | "int64";

/** One graph in ONNX Runtime, on the thread that made it. Must be released. */
export class OnnxSession {
  readonly #session: ort.InferenceSession;
  readonly #types: ReadonlyMap<string, IntegerType>;

  private constructor(session: ort.InferenceSession) {
    this.#session = session;
    this.#types = new Map(
      session.inputMetadata.map((input) =>
        [input.name, input.isTensor && input.type === "int32" ? "int32" : "int64"] as const
      ),
    );
  }

  /** Throws what ONNX Runtime says of a bad file. */
  static async open(path: string, intraOpThreads: number): Promise<OnnxSession> {
    const session = await ort.InferenceSession.create(path, {
      executionProviders: ["cpu"],
      intraOpNumThreads: intraOpThreads,
      interOpNumThreads: 1,
      // Threads that spin while a run lasts are at hand for its next step; between runs they would only heat.
      extra: { session: { force_spinning_stop: "1", intra_op: { allow_spinning: "1" } } },
    });
    return new OnnxSession(session);
  }

  /** Runs texts as one batch, shorter ones filled up with `padId` and masked, and shapes the row of each. */
  async embed(batch: readonly BatchRow[], padId: number): Promise<Omit<BatchResult, "cpuMs">> {
    const longest = Math.max(...batch.map(({ ids }) => ids.length));
    const feeds = this.#feeds(batch, longest, padId);
    const startedAt = performance.now();
    const results = await this.#session.run(feeds);
    const ranAt = performance.now();
    const output = results[this.#session.outputNames[0]!]!;
    const states = output.data as Float32Array;
    const width = output.dims.at(-1)!;
    // A graph that pools by itself has one row of states a text.
    const stride = output.dims.length === 2 ? width : longest * width;
    const rows = batch.map(({ ids, shape }, index) => {
      const length = output.dims.length === 2 ? width : ids.length * width;
      return shapeRow(states.subarray(index * stride, index * stride + length), width, shape);
    });
    output.dispose();
    return { rows, runMs: ranAt - startedAt, poolMs: performance.now() - ranAt };
  }

  /** Runs the graph as it is, for the outputs named, or all. Throws what ONNX Runtime says of the feeds. */
  async run(feeds: TensorMap, outputs: readonly string[] = this.#session.outputNames): Promise<TensorMap> {
    return plainTensors(await this.#session.run(nativeTensors(feeds), outputs));
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  #feeds(batch: readonly BatchRow[], longest: number, padId: number): Record<string, ort.Tensor> {
    const values: Record<string, (row: BatchRow, index: number) => number> = {
      input_ids: ({ ids }, index) => ids[index] ?? padId,
      attention_mask: ({ ids }, index) => index < ids.length ? 1 : 0,
      token_type_ids: () => 0,
      position_ids: (_row, index) => index,
    };
    const feeds: Record<string, ort.Tensor> = {};
    for (const [name, type] of this.#types) {
      const data = new (type === "int32" ? Int32Array : BigInt64Array)(batch.length * longest);
      feeds[name] = new ort.Tensor(type, fill(data, batch, longest, values[name]!), [batch.length, longest]);
    }
    return feeds;
  }
}

function fill<Data extends Int32Array | BigInt64Array>(
  data: Data,
  batch: readonly BatchRow[],
  longest: number,
  value: (row: BatchRow, index: number) => number,
): Data {
  const toElement = data instanceof BigInt64Array ? BigInt : Number;
  batch.forEach((row, position) => {
    for (let index = 0; index < longest; index++) {
      data[position * longest + index] = toElement(value(row, index));
    }
  });
  return data;
}
