import { type ErrorCode, isSelvedgeError } from "../contract/index.ts";

/** Exit statuses that scripts can rely on. Everything else that fails exits with 1. */
const exitCodes: { readonly [Code in ErrorCode]?: number } = {
  USAGE_INVALID: 2,
  SETTINGS_INVALID: 3,
  NOT_RUNNING: 4,
  ALREADY_RUNNING: 5,
  PORT_TAKEN: 6,
  MODEL_UNKNOWN: 7,
  MODEL_MISSING: 7,
  MODEL_CORRUPT: 8,
  MODEL_UNREACHABLE: 9,
  DISK_FULL: 10,
  MODEL_INVALID: 11,
  MODEL_INACCURATE: 11,
};

/** What the system refused is a matter of settings, too. */
export const refusedBySystem = 3;

/** The one table from error codes to exit statuses. */
export function exitCodeOf(error: unknown): number {
  return isSelvedgeError(error) ? exitCodes[error.code] ?? 1 : 1;
}
