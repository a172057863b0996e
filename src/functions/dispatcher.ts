import { isSelvedgeError, SelvedgeError } from "../contract/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import type { WorkerPool } from "./worker-pool.ts";

/**
 * Answers a request with a function: takes the function's process, starting it if need be, and sends the
 * request on.
 *
 * @throws {SelvedgeError} `FUNCTION_BOOT_FAILED`; `FUNCTION_CRASHED` when the process ended before it answered;
 *   `CANCELLED` when the client has gone
 */
export async function dispatch(
  pool: WorkerPool,
  definition: FunctionDefinition,
  request: Request,
): Promise<Response> {
  const process = await pool.acquire(definition);
  try {
    return await process.fetch(request);
  } catch (error) {
    if (isSelvedgeError(error)) throw error;
    if (request.signal.aborted) throw new SelvedgeError("CANCELLED", "The client has gone");
    const message = `Function "${definition.name}" ended before it answered`;
    throw new SelvedgeError("FUNCTION_CRASHED", message, { cause: error });
  }
}
