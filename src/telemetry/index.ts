export type { Events, Level } from "./events.ts";
export { LineWriter } from "./line-writer.ts";
export { openTelemetry, type Telemetry } from "./telemetry.ts";
