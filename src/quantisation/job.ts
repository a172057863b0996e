import type { Pooling } from "../inference/index.ts";
import type { ErrorCode } from "../contract/index.ts";
import type { Agreement } from "./accuracy.ts";

/** The files to optimise and where the result goes. */
export interface OptimiseJob {
  /** The ONNX file of a BERT encoder, in fp32. */
  readonly graph: string;
  /** The model's `config.json`. */
  readonly config: string;
  /** Its `tokenizer.json`. */
  readonly tokenizer: string;
  /** Its `tokenizer_config.json`. */
  readonly tokenizerConfig: string;
  /** Where to write the graph. What lies there already is replaced, and only by a graph that proved accurate. */
  readonly target: string;
  /** How the model's vectors are pooled, which the accuracy check does likewise. Default `mean`. */
  readonly pooling?: Pooling;
}

/** A graph in int8, written and found accurate. */
export interface OptimisedModel {
  readonly bytes: number;
  readonly sha256: string;
  /** How near its vectors are to those of the graph in fp32. */
  readonly cosine: Agreement;
}

/** What the process that optimises prints, as one line of JSON, before it ends. */
export type JobOutcome =
  | { readonly type: "done"; readonly model: OptimisedModel }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string };
