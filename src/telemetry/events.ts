/** How serious an event is; the log shows it and filters by it. */
export type Level = "debug" | "info" | "warning" | "error";

/** Everything that the program records, by name. Each event carries the fields of its kind and no others. */
export interface Events {
  "engine.ready": { loadMs: number; model: string };
  "engine.exited": { status: number; restartInMs: number };
  "engine.log": { text: string };
  "function.booted": { function: string; bootMs: number };
  "function.boot-failed": { function: string; reason: string };
  "function.exited": { function: string; status: number };
  "function.reloaded": { function: string };
  "function.log": { function: string; text: string };
  "function.error-log": { function: string; text: string };
  "request.failed": { code: string; reason: string };
  "settings.warning": { text: string };
}

/** Level and message of each event; `{name}` stands for a field. */
export const eventTexts: { readonly [Name in keyof Events]: readonly [Level, string] } = {
  "engine.ready": ["info", "Engine is ready: {model} loaded in {loadMs} ms"],
  "engine.exited": ["error", "Engine ended with status {status}; starting again in {restartInMs} ms"],
  "engine.log": ["warning", "{text}"],
  "function.booted": ["info", "Booted in {bootMs} ms"],
  "function.boot-failed": ["error", "Cannot boot: {reason}"],
  "function.exited": ["error", "Process ended with status {status}"],
  "function.reloaded": ["info", "Changed on disk; the next request runs the new code"],
  "function.log": ["info", "{text}"],
  "function.error-log": ["error", "{text}"],
  "request.failed": ["error", "{code}: {reason}"],
  "settings.warning": ["warning", "{text}"],
};
