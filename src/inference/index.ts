export { type EngineOptions, EngineProcess } from "./engine-process.ts";
