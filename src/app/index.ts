export { checkModel } from "../inference/index.ts";
export { checkHealth, type Finding } from "./health-checks.ts";
export { findInstance, type Instance, requireInstance } from "./instance.ts";
export { type Running, start, type StartOptions } from "./start.ts";
export { optimise } from "./optimise.ts";
