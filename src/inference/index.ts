export { describePlan, planFor } from "./machine-plan.ts";
export { EngineClient } from "./engine-client.ts";
export { type EngineOptions, EngineProcess } from "./engine-process.ts";
