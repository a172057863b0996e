import { SelvedgeError } from "./errors.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";

/** Where the engine has a task done: `POST` {@linkcode encodeTaskRequest}, answers the result as JSON. */
export const pipelinePath = "/pipeline";

/** The tasks there are, by the names that `Supabase.ai.pipeline` takes. */
export const taskNames = [
  "feature-extraction",
  "text-classification",
  "zero-shot-classification",
  "token-classification",
  "rerank",
  "image-feature-extraction",
  "automatic-speech-recognition",
] as const;

/** One of {@linkcode taskNames}. */
export type TaskName = (typeof taskNames)[number];

/** A piece of binary input: the bytes of a file, or samples of sound. */
export type Attachment = Uint8Array<ArrayBufferLike> | Float32Array<ArrayBufferLike>;

/** A task to do with a model. */
export interface TaskRequest {
  readonly task: string;
  readonly model: string;
  /** What the caller passed, in order; without it the model is only made ready. Attachments may stand in lists. */
  readonly inputs?: readonly unknown[];
  /** Whom the work is done for. */
  readonly caller: string;
}

type Kind = "bytes" | "samples";
/** Stands in the JSON for an attachment: no caller's own value has such a key. */
interface Reference {
  readonly "\u0000attachment": number;
  readonly kind: Kind;
}

/** Lays a request out as a frame: JSON with the attachments beside it. */
export function encodeTaskRequest({ inputs, ...rest }: TaskRequest): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const detach = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(detach);
    if (!(value instanceof Uint8Array) && !(value instanceof Float32Array)) return value;
    parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    const kind: Kind = value instanceof Float32Array ? "samples" : "bytes";
    return { "\u0000attachment": parts.length - 1, kind } satisfies Reference;
  };
  return encodeFrame({ ...rest, ...(inputs && { inputs: inputs.map(detach) }) }, parts);
}

/**
 * Reads what {@linkcode encodeTaskRequest} wrote.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when the bytes are not such a request
 */
export function decodeTaskRequest(bytes: ArrayBuffer): TaskRequest {
  try {
    const { head, parts } = decodeFrame(bytes);
    if (!isRequest(head)) throw new RangeError("task, model and caller must be strings, inputs a list");
    const attach = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(attach);
      return isReference(value) ? attachment(parts[value["\u0000attachment"]], value.kind) : value;
    };
    return { ...head, ...(head.inputs && { inputs: head.inputs.map(attach) }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SelvedgeError("INPUT_INVALID", `Cannot read a task: ${why}`, { cause: error });
  }
}

function attachment(bytes: Uint8Array<ArrayBuffer> | undefined, kind: Kind): Attachment {
  if (bytes === undefined) throw new RangeError("an attachment is missing");
  if (kind === "bytes") return bytes;
  if (bytes.byteLength % 4 !== 0) throw new RangeError("an attachment of samples is cut");
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function isRequest(head: unknown): head is TaskRequest {
  return typeof head === "object" && head !== null &&
    (["task", "model", "caller"] as const).every((name) =>
      typeof (head as Record<string, unknown>)[name] === "string"
    ) &&
    (!("inputs" in head) || Array.isArray(head.inputs));
}

function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "\u0000attachment" in value;
}
