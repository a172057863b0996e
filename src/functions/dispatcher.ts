import { SelvedgeError } from "../contract/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import type { FunctionRequest, Respond } from "./process-client.ts";
import type { WorkerPool } from "./worker-pool.ts";

/**
 * Answers a request with a function: takes the function's process, starting it if need be, sends the request
 * on, and passes the response back. Resolves when the whole response has been passed on.
 *
 * @throws {SelvedgeError} `FUNCTION_BOOT_FAILED`; `FUNCTION_CRASHED` when the process ended before its answer did;
 *   `CANCELLED` when the client has gone
 */
export async function dispatch(
  pool: WorkerPool,
  definition: FunctionDefinition,
  request: FunctionRequest,
  respond: Respond,
): Promise<void> {
  const process = await pool.acquire(definition);
  try {
    await process.exchange(request, respond);
  } catch (cause) {
    if (request.signal.aborted) throw new SelvedgeError("CANCELLED", "The client has gone", { cause });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SelvedgeError(
      "FUNCTION_CRASHED",
      `Function "${definition.name}" gave no whole answer: ${why}`,
      { cause },
    );
  }
}
