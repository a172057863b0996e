import { type ErrorCode, isSelvedgeError } from "../contract/index.ts";
import type { Telemetry } from "../telemetry/index.ts";

interface ErrorReply {
  readonly status: number;
  /** Supabase's hosted platform says this in the header `sb-error-code`. */
  readonly sbErrorCode?: string;
  /** The body that Supabase's CLI sends from `functions serve`: text, or JSON. */
  readonly body: string | object;
}

const unauthorized = (sbErrorCode: string, msg: string): ErrorReply => ({
  status: 401,
  sbErrorCode,
  body: { msg },
});

/** The one table from error codes to HTTP. A code that is not here is our fault: 500. */
const replies: { readonly [Code in ErrorCode]?: ErrorReply } = {
  FUNCTION_NOT_FOUND: { status: 404, sbErrorCode: "NOT_FOUND", body: "Function not found" },
  FUNCTION_BOOT_FAILED: {
    status: 503,
    sbErrorCode: "BOOT_ERROR",
    body: { code: "BOOT_ERROR", message: "Worker failed to boot (please check logs)" },
  },
  FUNCTION_CRASHED: {
    status: 500,
    sbErrorCode: "WORKER_ERROR",
    body: { code: "WORKER_ERROR", message: "Function exited due to an error (please check logs)" },
  },
  // The client has gone: nobody reads this. The status is the one that proxies write in their logs.
  CANCELLED: { status: 499, body: "" },
  AUTH_HEADER_MISSING: unauthorized("UNAUTHORIZED_NO_AUTH_HEADER", "Error: Missing authorization header"),
  AUTH_HEADER_MALFORMED: unauthorized(
    "UNAUTHORIZED_INVALID_JWT_FORMAT",
    "Error: Auth header is not 'Bearer {token}'",
  ),
  TOKEN_MALFORMED: unauthorized("UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT"),
  TOKEN_INVALID: unauthorized("UNAUTHORIZED_LEGACY_JWT", "Invalid JWT"),
  TOKEN_ALGORITHM_UNSUPPORTED: unauthorized("UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM", "Invalid JWT"),
};

const ourFault: ErrorReply = {
  status: 500,
  body: { code: "Internal Server Error", message: "Request failed due to an internal server error" },
};

/** What to answer to a request that failed with `error`. What the operator should know goes to the log. */
export function errorReply(
  error: unknown,
  telemetry: Telemetry,
): { status: number; headers: Record<string, string>; body: string | object } {
  const code = isSelvedgeError(error) ? error.code : "INTERNAL";
  const { status, sbErrorCode, body } = replies[code] ?? ourFault;
  if (replies[code] === undefined || code === "FUNCTION_CRASHED") {
    telemetry.record("request.failed", { code, reason: described(error) });
  }
  return { status, headers: sbErrorCode === undefined ? {} : { "sb-error-code": sbErrorCode }, body };
}

function described(error: unknown): string {
  if (isSelvedgeError(error)) return error.message;
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
