export { type EngineOptions, EngineProcess } from "./engine-process.ts";
export { l2Normalize, pool, type Pooling } from "./pooling.ts";
export { Tokenizer } from "./tokenizer.ts";
