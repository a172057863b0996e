export type { Events, Level } from "./events.ts";
export { openTelemetry, type Telemetry } from "./telemetry.ts";
