export { describePlan, planFor } from "./machine-plan.ts";
export { type EngineOptions, EngineProcess } from "./engine-process.ts";
