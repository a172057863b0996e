export { describePlan, planFor } from "./machine-plan.ts";
export { type GraphFile } from "./onnx-messages.ts";
export { OnnxThread } from "./onnx-thread.ts";
export { EngineClient } from "./engine-client.ts";
export { type EngineOptions, EngineProcess } from "./engine-process.ts";
export {
  type CheckedGraph,
  type CheckedModel,
  checkGraph,
  checkModel,
  type ModelToCheck,
} from "./graph-check.ts";
export { l2Normalize, pool, type Pooling } from "./pooling.ts";
export { Tokenizer } from "./tokenizer.ts";
