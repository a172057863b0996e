import type { TensorMap } from "../contract/index.ts";

/** An ONNX file on disk, proved loadable. */
export interface GraphFile {
  /** The file's sha256. */
  readonly digest: string;
  readonly path: string;
}

/** For whom a graph runs, and what cancels it. */
export interface GraphRunOptions {
  readonly caller: string;
  readonly signal: AbortSignal;
  /** The outputs to return; without it, all. */
  readonly outputs?: readonly string[];
}

/** Runs graphs that are not ours, in turn with all other work. */
export interface GraphRunner {
  /** @throws {SelvedgeError} `INPUT_INVALID` when the graph refuses its feeds, `ENGINE_BUSY`, `CANCELLED` */
  run(graph: GraphFile, feeds: TensorMap, options: GraphRunOptions): Promise<TensorMap>;
}
