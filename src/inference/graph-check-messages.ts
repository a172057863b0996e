import * as v from "valibot";

const value = v.object({
  name: v.string(),
  /** As ONNX Runtime calls it: `int64`, `float32`, … */
  type: v.string(),
  /** Numbers, and names where any size will do. */
  shape: v.array(v.union([v.number(), v.string()])),
});

/** What the throw-away process is asked: to describe a graph, and where `text` is given to run it on texts. */
export interface CheckJob {
  readonly graph: string;
  readonly text?: {
    readonly tokenizer: string;
    readonly tokenizerConfig: string;
    readonly maxTokens: number;
  };
}

/** What it answers: the graph's inputs and outputs and, of a model that ran, the length of its vectors. */
export const checkReply = v.variant("type", [
  v.object({
    type: v.literal("sound"),
    inputs: v.array(value),
    outputs: v.array(value),
    dimensions: v.optional(v.number()),
  }),
  v.object({ type: v.literal("unsound"), reason: v.string() }),
]);

/** The answer of the throw-away process. */
export type CheckReply = v.InferOutput<typeof checkReply>;
/** An input or an output of a graph. */
export type GraphValue = v.InferOutput<typeof value>;
