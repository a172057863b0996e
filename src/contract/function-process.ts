/**
 * The lines of JSON that the host and a function's process exchange over the process's control socket. The
 * host speaks first with {@linkcode FunctionBoot}; the end of the connection means that the other side is
 * gone, and a process without its host ends.
 */
export interface FunctionBoot {
  readonly name: string;
  /** What the function sees as its environment, all of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The unix socket that the function's server listens on. */
  readonly serveSocket: string;
  /** The unix socket of the inference engine. */
  readonly engineSocket: string;
}

/** Finish the requests and background tasks at hand, then end. */
export interface FunctionStop {
  readonly type: "stop";
}

/** The function's server accepts requests from now on. */
export interface FunctionListening {
  readonly type: "listening";
}

/** Environment variable that names the control socket to a function's process. */
export const controlSocketVariable = "SELVEDGE_CONTROL_SOCKET";
