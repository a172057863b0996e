/**
 * Who can act on an error: the `caller` by sending something else, the `operator` by changing the machine or
 * its settings, or `us`, because the fault is in Selvedge.
 */
export type Actor = "caller" | "operator" | "us";

interface ErrorKind {
  readonly actor: Actor;
  /** Whether the same attempt can succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

/** The closed list of error codes. Statuses and exit codes are derived from it in one table each. */
export const errorKinds = {
  INPUT_INVALID: { actor: "caller", retryable: false },
  INPUT_TOO_LONG: { actor: "caller", retryable: false },
  BODY_TOO_LARGE: { actor: "caller", retryable: false },
  METHOD_NOT_ALLOWED: { actor: "caller", retryable: false },
  USAGE_INVALID: { actor: "caller", retryable: false },
  SETTINGS_INVALID: { actor: "operator", retryable: false },
  PORT_TAKEN: { actor: "operator", retryable: false },
  ALREADY_RUNNING: { actor: "operator", retryable: false },
  NOT_RUNNING: { actor: "operator", retryable: false },

  MODEL_UNKNOWN: { actor: "caller", retryable: false },
  MODEL_MISSING: { actor: "operator", retryable: false },
  MODEL_CORRUPT: { actor: "operator", retryable: false },
  MODEL_INVALID: { actor: "operator", retryable: false },
  MODEL_TOO_LARGE: { actor: "operator", retryable: false },
  MODEL_INACCURATE: { actor: "operator", retryable: false },
  MODEL_UNREACHABLE: { actor: "operator", retryable: true },
  DISK_FULL: { actor: "operator", retryable: false },

  ENGINE_UNAVAILABLE: { actor: "us", retryable: true },
  ENGINE_BUSY: { actor: "caller", retryable: true },
  CANCELLED: { actor: "caller", retryable: true },

  FUNCTION_NOT_FOUND: { actor: "caller", retryable: false },
  FUNCTION_BOOT_FAILED: { actor: "operator", retryable: false },
  FUNCTION_CRASHED: { actor: "operator", retryable: true },

  AUTH_HEADER_MISSING: { actor: "caller", retryable: false },
  AUTH_HEADER_MALFORMED: { actor: "caller", retryable: false },
  TOKEN_MALFORMED: { actor: "caller", retryable: false },
  TOKEN_INVALID: { actor: "caller", retryable: false },
  TOKEN_ALGORITHM_UNSUPPORTED: { actor: "caller", retryable: false },

  INTERNAL: { actor: "us", retryable: false },
} as const satisfies Record<string, ErrorKind>;

/** One of the closed list of error codes. */
export type ErrorCode = keyof typeof errorKinds;

const brand = Symbol.for("selvedge.error");

/**
 * An expected failure. The message names the attempt and the offending value, then what would be accepted;
 * `cause` keeps what lay beneath. Recognise it with {@linkcode isSelvedgeError}, never by its message.
 */
export class SelvedgeError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  /** When to try again, where that is known. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfterSeconds?: number | undefined },
  ) {
    super(message, options);
    this.name = "SelvedgeError";
    this.code = code;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  /** Whether the same attempt can succeed later. */
  get retryable(): boolean {
    return errorKinds[this.code].retryable;
  }
}

/** Whether `value` is a {@linkcode SelvedgeError}, of whatever copy of this module. */
export function isSelvedgeError(value: unknown): value is SelvedgeError {
  return typeof value === "object" && value !== null && brand in value;
}

/** Whether `text` is one of the closed list of codes: for errors that crossed a process boundary as text. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === "string" && Object.hasOwn(errorKinds, text);
}
