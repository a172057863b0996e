export { EngineClient } from "./engine-client.ts";
export { type EngineOptions, EngineProcess } from "./engine-process.ts";
