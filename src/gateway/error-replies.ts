import { type ErrorCode, errorKinds, isSelvedgeError } from "../contract/index.ts";
import type { Telemetry } from "../telemetry/index.ts";

/** The one table from error codes to HTTP. A code that is not here is our fault: 500. */
const statuses: { readonly [Code in ErrorCode]?: number } = {
  INPUT_INVALID: 400,
  INPUT_TOO_LONG: 400,
  BODY_TOO_LARGE: 413,
  METHOD_NOT_ALLOWED: 405,
  MODEL_UNKNOWN: 404,
  MODEL_MISSING: 503,
  MODEL_INVALID: 400,
  MODEL_INACCURATE: 400,
  MODEL_TOO_LARGE: 503,
  ENGINE_BUSY: 429,
  ENGINE_UNAVAILABLE: 503,
  FUNCTION_NOT_FOUND: 404,
  FUNCTION_BOOT_FAILED: 503,
  FUNCTION_CRASHED: 500,
  // The client has gone: nobody reads this. The status is the one that proxies write in their logs.
  CANCELLED: 499,
  AUTH_HEADER_MISSING: 401,
  AUTH_HEADER_MALFORMED: 401,
  TOKEN_MALFORMED: 401,
  TOKEN_INVALID: 401,
  TOKEN_ALGORITHM_UNSUPPORTED: 401,
};

/** A failure as HTTP tells it, whatever the shape of the body. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly status: number;
  /** For the caller to read; tells nothing of a fault of ours. */
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a request that failed with `error` is refused. What the operator should know goes to the log. */
export function refusalOf(error: unknown, telemetry: Telemetry): Refusal {
  const code = isSelvedgeError(error) ? error.code : "INTERNAL";
  const status = statuses[code] ?? 500;
  // That a function does not boot is logged where it fails.
  if (errorKinds[code].actor !== "caller" && code !== "FUNCTION_BOOT_FAILED") {
    telemetry.record("request.failed", { code, reason: described(error) });
  }
  if (!isSelvedgeError(error) || statuses[code] === undefined) {
    return { code, status, message: "Request failed due to an internal server error", headers: {} };
  }
  const { message, retryAfterSeconds = 1 } = error;
  // At least a second: 0 would have clients try again at once.
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterSeconds)));
  const mayTryAgain = code === "ENGINE_BUSY" || code === "ENGINE_UNAVAILABLE";
  return { code, status, message, headers: mayTryAgain ? { "retry-after": retryAfter } : {} };
}

function described(error: unknown): string {
  if (isSelvedgeError(error)) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
