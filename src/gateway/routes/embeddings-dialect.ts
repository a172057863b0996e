import * as v from "valibot";
import { type EmbedReply, type EmbedRequest, maxInputs, SelvedgeError } from "../../contract/index.ts";
import type { Refusal } from "../error-replies.ts";

/** One API's way to ask for embeddings, to answer and to refuse. */
export interface EmbeddingsDialect {
  /** @throws {SelvedgeError} `INPUT_INVALID`, its cause the first fault */
  read(body: unknown): Question;
  /** The body of a refusal; `field` is the member of the request that was at fault. */
  refuse(refusal: Refusal, field: string | undefined): object;
}

/** What a request asks for, and how its answer is told. */
export interface Question {
  readonly request: Omit<EmbedRequest, "caller" | "tenant">;
  /** JSON, in pieces. */
  answer(reply: EmbedReply, elapsedMs: number): Iterable<string>;
}

/** Long enough for every name there is, and short enough to be told back. */
const longestModelName = 200;
const longestFault = 300;

/** A text. Half of a surrogate pair becomes U+FFFD, as wherever text becomes UTF-8 on the web. */
export const text = v.pipe(v.string(), v.transform((value) => value.toWellFormed()));

/** A list with a limit that is checked before its items are. */
export const list = v.custom<unknown[]>((value) => Array.isArray(value) && value.length <= maxInputs);

/** Members that both dialects read alike. `gte-small:latest` is Ollama's way to say `gte-small`. */
export const commonMembers = {
  model: v.pipe(text, v.minLength(1), v.maxLength(longestModelName)),
  dimensions: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(1))),
  truncate: v.nullish(v.boolean()),
  input_type: v.nullish(v.picklist(["query", "passage"])),
};

/** What {@linkcode commonMembers} and the inputs ask of the engine. */
export function engineRequest(
  { model, dimensions, input_type, truncate }: v.InferOutput<v.ObjectSchema<typeof commonMembers, undefined>>,
  inputs: EmbedRequest["inputs"],
): Question["request"] {
  return {
    model: model.replace(/:latest$/, ""),
    inputs,
    meanPool: true,
    normalize: true,
    dimensions: dimensions ?? undefined,
    inputType: input_type ?? undefined,
    truncate: truncate ?? undefined,
  };
}

/** Checks a body at the door. Members that `schema` does not name are left alone, as both APIs leave them. */
export function parseBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: unknown,
): v.InferOutput<Schema> {
  try {
    return v.parse(schema, body, { abortEarly: true });
  } catch (cause) {
    if (!(cause instanceof v.ValiError)) throw cause;
    const fault = `${fieldAtFault(cause) ?? "the body"}: ${cause.message}`.slice(0, longestFault);
    throw new SelvedgeError("INPUT_INVALID", `Cannot read the request: ${fault}`, { cause });
  }
}

/** The member of a request that `fault` is about, if it is about one. */
export function fieldAtFault(fault: unknown): string | undefined {
  const key = fault instanceof v.ValiError ? fault.issues[0].path?.[0]?.key : undefined;
  return typeof key === "string" ? key : undefined;
}

/** Tokens that the model read for the whole request. */
export function tokensOf({ rows }: EmbedReply): number {
  return rows.reduce((sum, { tokens }) => sum + tokens, 0);
}
