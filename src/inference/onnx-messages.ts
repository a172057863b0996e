import type { TensorMap } from "../contract/index.ts";
import type { RowShape } from "./pooling.ts";

/** An ONNX file on disk that was proved before. The digest, its sha256, is the name threads know it by. */
export interface GraphFile {
  readonly digest: string;
  readonly path: string;
}

/** One tokenised text to run. */
export interface BatchRow {
  readonly ids: readonly number[];
  readonly shape: RowShape;
}

/**
 * Which texts may share a batch of a graph without changing each other's vectors by a bit: any (`padded`), those
 * of equal length (`equal`), or none (`alone`), as with ordinary dynamic quantisation.
 */
export type BatchRule = "padded" | "equal" | "alone";

/** What the engine asks of a thread. Answered in order. */
export type ThreadRequest =
  | { readonly type: "start"; readonly niceness: number }
  | { readonly type: "load"; readonly graph: GraphFile; readonly intraOpThreads: number }
  | { readonly type: "unload"; readonly digest: string }
  | { readonly type: "probe"; readonly digest: string }
  | {
    readonly type: "embed";
    readonly digest: string;
    readonly padId: number;
    readonly rows: readonly BatchRow[];
  }
  | {
    readonly type: "run";
    readonly digest: string;
    readonly feeds: TensorMap;
    readonly outputs: readonly string[] | undefined;
  };

/** The vectors of a batch, in its order, and where the time went. */
export interface BatchResult {
  readonly rows: readonly Float32Array<ArrayBuffer>[];
  readonly runMs: number;
  readonly poolMs: number;
  /** CPU time of the calling thread, without the threads that ONNX Runtime keeps for it. */
  readonly cpuMs: number;
}

/** What each request is answered with. */
export interface ThreadAnswers {
  readonly start: null;
  readonly load: null;
  readonly unload: null;
  readonly probe: BatchRule;
  readonly embed: BatchResult;
  readonly run: TensorMap;
}

/** The thread's one reply to each request. */
export type ThreadReply =
  | { readonly type: "done"; readonly answer: ThreadAnswers[keyof ThreadAnswers] }
  | { readonly type: "failed"; readonly message: string };
