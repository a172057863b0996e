import type { ErrorCode } from "../contract/index.ts";
import type { Refusal } from "./error-replies.ts";

interface SupabaseError {
  /** Supabase's hosted platform says this in the header `sb-error-code`. */
  readonly sbErrorCode?: string;
  /** The body that Supabase's CLI sends from `functions serve`: text, or JSON. */
  readonly body: string | object;
}

const unauthorized = (sbErrorCode: string, msg: string): SupabaseError => ({ sbErrorCode, body: { msg } });

const errors: { readonly [Code in ErrorCode]?: SupabaseError } = {
  FUNCTION_NOT_FOUND: { sbErrorCode: "NOT_FOUND", body: "Function not found" },
  FUNCTION_BOOT_FAILED: {
    sbErrorCode: "BOOT_ERROR",
    body: { code: "BOOT_ERROR", message: "Worker failed to boot (please check logs)" },
  },
  FUNCTION_CRASHED: {
    sbErrorCode: "WORKER_ERROR",
    body: { code: "WORKER_ERROR", message: "Function exited due to an error (please check logs)" },
  },
  CANCELLED: { body: "" },
  AUTH_HEADER_MISSING: unauthorized("UNAUTHORIZED_NO_AUTH_HEADER", "Error: Missing authorization header"),
  AUTH_HEADER_MALFORMED: unauthorized(
    "UNAUTHORIZED_INVALID_JWT_FORMAT",
    "Error: Auth header is not 'Bearer {token}'",
  ),
  TOKEN_MALFORMED: unauthorized("UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT"),
  TOKEN_INVALID: unauthorized("UNAUTHORIZED_LEGACY_JWT", "Invalid JWT"),
  TOKEN_ALGORITHM_UNSUPPORTED: unauthorized("UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM", "Invalid JWT"),
};

const ourFault: SupabaseError = {
  body: { code: "Internal Server Error", message: "Request failed due to an internal server error" },
};

/** A refusal in the words of Supabase's gateway. */
export function supabaseError(
  { code, headers }: Refusal,
): { headers: Record<string, string>; body: string | object } {
  const { sbErrorCode, body } = errors[code] ?? ourFault;
  return {
    headers: { ...headers, ...(sbErrorCode === undefined ? {} : { "sb-error-code": sbErrorCode }) },
    body,
  };
}
