import { configure, getLogger, getTextFormatter, type LogRecord } from "@logtape/logtape";
import { type Events, eventTexts } from "./events.ts";

/** Records what happened. Never throws and never waits. */
export interface Telemetry {
  record<Name extends keyof Events>(name: Name, fields: Events[Name]): void;
}

/**
 * Opens the program's log: one line an event, through `write`, as `HH:MM:SS.mmm LEVEL room or function: text`.
 */
export async function openTelemetry(write: (line: string) => void): Promise<Telemetry> {
  const format = getTextFormatter({
    timestamp: "time",
    level: "ABBR",
    value: (value) => typeof value === "string" ? value : String(value),
    format: ({ timestamp, level, message, record }) =>
      `${timestamp} ${level} ${subject(record)}: ${harmless(message)}`,
  });
  await configure({
    reset: true,
    sinks: { terminal: (record) => write(format(record)) },
    loggers: [
      { category: "selvedge", sinks: ["terminal"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["terminal"], lowestLevel: "error" },
    ],
  });
  return {
    record(name, fields) {
      const [level, text] = eventTexts[name];
      getLogger(["selvedge", ...name.split(".")])[level](text, { ...fields });
    },
  };
}

function subject({ properties, category }: LogRecord): string {
  return typeof properties.function === "string" ? properties.function : category[1] ?? category.join(".");
}

/** Control characters of a function's text must not steer the terminal, nor hide another function's lines. */
function harmless(message: string): string {
  return message.replace(
    /(?![\t\n])\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
