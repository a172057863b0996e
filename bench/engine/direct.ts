import type { Contender } from "./contender.ts";
import { type GraphFile, OnnxThread } from "../../src/inference/index.ts";

const batchTokens = 256;
const batchRows = 32;
const shape = { pooling: "mean", normalize: true } as const;

/**
 * The same graph on the same threads with nothing around it: texts tokenised before the clock starts, sorted by
 * length, in full batches that are all there at once. As fast as these threads can be.
 */
export async function direct(
  name: string,
  graph: GraphFile,
  encode: (text: string) => readonly number[],
): Promise<Contender> {
  const threads = Array.from(
    { length: navigator.hardwareConcurrency },
    () => new OnnxThread({ intraOpThreads: 1, niceness: 0 }),
  );
  for (const thread of threads) await thread.ask({ type: "load", graph, intraOpThreads: 1 });
  return {
    name,
    async embed(texts) {
      const batches = perfectBatches(texts.map(encode));
      const startedAt = performance.now();
      await Promise.all(threads.map(async (thread) => {
        for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
          const rows = batch.map((ids) => ({ ids, shape }));
          await thread.ask({ type: "embed", digest: graph.digest, padId: 0, rows });
        }
      }));
      return performance.now() - startedAt;
    },
    close: () => Promise.resolve(),
  };
}

function perfectBatches(texts: readonly (readonly number[])[]): (readonly number[])[][] {
  const batches: (readonly number[])[][] = [];
  let batch: (readonly number[])[] = [];
  for (const ids of texts.toSorted((a, b) => a.length - b.length)) {
    const isFull = batch.length === batchRows || (batch.length + 1) * ids.length > batchTokens;
    if (isFull && batch.length > 0) batches.push(batch = []);
    if (batches.length === 0) batches.push(batch);
    batch.push(ids);
  }
  return batches;
}
