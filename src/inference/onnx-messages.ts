import type { TensorMap } from "../contract/index.ts";
import type { GraphFile } from "./graph-runner.ts";
import type { Pooling } from "./pooling.ts";

/** What the engine asks of a thread, one at a time. */
export type ThreadRequest =
  | { readonly type: "load"; readonly model: string; readonly path: string }
  | { readonly type: "embed"; readonly job: EmbedJob }
  | {
    readonly type: "run";
    readonly graph: GraphFile;
    readonly feeds: TensorMap;
    readonly outputs?: readonly string[];
  };

/** The memory of tensors: sent along it changes hands, and copying takes longer than most graphs. */
export function buffersOf(tensors: TensorMap): ArrayBuffer[] {
  const buffers = Object.values(tensors).map(({ data }) => "buffer" in data ? data.buffer : undefined);
  return [...new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer))];
}

/** One tokenised text to run. */
export interface EmbedJob {
  readonly model: string;
  readonly ids: readonly number[];
  /** How to pool; `none` keeps tokens × dimensions values. */
  readonly pooling: Pooling | "none";
  readonly normalize: boolean;
}

/** The thread's one answer to each request. */
export type ThreadReply =
  | { readonly type: "done"; readonly row: Float32Array<ArrayBuffer> }
  | { readonly type: "ran"; readonly outputs: TensorMap }
  | { readonly type: "failed"; readonly message: string };
