import { SelvedgeError, type TaskRequest } from "../contract/index.ts";
import type { EngineClient } from "./engine-client.ts";

/** What `Supabase.ai.pipeline` resolves with: does the task on each call. */
export type Pipeline = (...inputs: unknown[]) => Promise<unknown>;

/** Options of a call that stay in this process. */
interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * `Supabase.ai.pipeline`: a task done by a model, ready when the promise resolves. A call takes what the task takes
 * and, last, an object of options, whose `signal` cancels the work.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` for a task that is not known, `MODEL_UNKNOWN`, `MODEL_MISSING`
 */
export function pipelineFunction(
  engine: EngineClient,
  caller: string,
): (task: string, model: string) => Promise<Pipeline> {
  return async (task, model) => {
    const target: Omit<TaskRequest, "inputs"> = {
      task: String(task),
      model: String(model),
      caller,
    };
    await engine.runTask(target);
    return async (...given) => {
      const { signal, inputs } = withoutSignal(given);
      return await engine.runTask({ ...target, inputs: await Promise.all(inputs.map(readable)) }, signal);
    };
  };
}

function withoutSignal(given: readonly unknown[]): { signal?: AbortSignal; inputs: readonly unknown[] } {
  const last = given.at(-1);
  if (!isOptions(last)) return { inputs: given };
  const { signal, ...options } = last;
  return { ...(signal && { signal }), inputs: [...given.slice(0, -1), options] };
}

function isOptions(value: unknown): value is CallOptions {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Bytes of what holds bytes, samples as they are, lists item by item; what JSON carries stays. */
async function readable(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map(readable));
  if (value instanceof Blob) return new Uint8Array(await value.arrayBuffer());
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value) && !(value instanceof Uint8Array) && !(value instanceof Float32Array)) {
    throw new SelvedgeError(
      "INPUT_INVALID",
      `Cannot send a ${value.constructor.name}: files are a Blob or a Uint8Array, sound is a Float32Array`,
    );
  }
  return value;
}
