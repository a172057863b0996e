import { Buffer } from "node:buffer";
import * as v from "valibot";
import { type ErrorCode, maxInputs, type RowValues } from "../../contract/index.ts";
import { jsonWithArray } from "../json-pieces.ts";
import {
  commonMembers,
  type EmbeddingsDialect,
  engineRequest,
  list,
  parseBody,
  text,
  tokensOf,
} from "./embeddings-dialect.ts";

const someText = v.pipe(text, v.minLength(1));
const isTokenId = (value: unknown) => Number.isInteger(value) && Number(value) >= 0;
/** One check for a whole array: there can be millions of ids in a body. */
const tokenIds = v.custom<number[]>((value) =>
  Array.isArray(value) && value.length > 0 && value.every(isTokenId)
);
const input = v.union(
  [
    v.pipe(someText, v.transform((one) => [one])),
    v.pipe(tokenIds, v.transform((one) => [one])),
    v.pipe(list, v.array(someText), v.minLength(1)),
    v.pipe(list, v.array(tokenIds), v.minLength(1)),
  ],
  `Expected a string, an array of strings, an array of token ids or an array of such arrays, none of them empty ` +
    `and no more than ${maxInputs} inputs`,
);
const requestBody = v.object({
  ...commonMembers,
  input,
  encoding_format: v.nullish(v.picklist(["float", "base64"])),
});

const keyRefused = { type: "invalid_request_error", code: "invalid_api_key" };
const unavailable = { type: "server_error", code: "service_unavailable" };
const errors: { readonly [Code in ErrorCode]?: { type: string; code: string; param?: string } } = {
  INPUT_INVALID: { type: "invalid_request_error", code: "invalid_value" },
  INPUT_TOO_LONG: { type: "invalid_request_error", code: "context_length_exceeded", param: "input" },
  BODY_TOO_LARGE: { type: "invalid_request_error", code: "request_too_large" },
  METHOD_NOT_ALLOWED: { type: "invalid_request_error", code: "method_not_supported" },
  MODEL_UNKNOWN: { type: "invalid_request_error", code: "model_not_found", param: "model" },
  MODEL_MISSING: { ...unavailable, param: "model" },
  ENGINE_BUSY: { type: "requests", code: "rate_limit_exceeded" },
  ENGINE_UNAVAILABLE: unavailable,
  AUTH_HEADER_MISSING: keyRefused,
  AUTH_HEADER_MALFORMED: keyRefused,
  TOKEN_MALFORMED: keyRefused,
  TOKEN_INVALID: keyRefused,
  TOKEN_ALGORITHM_UNSUPPORTED: keyRefused,
};

/** OpenAI's `/v1/embeddings`. Like OpenAI, and unlike Ollama, it refuses a text too long for the model. */
export const openAiEmbeddings: EmbeddingsDialect = {
  read(body) {
    const asked = parseBody(requestBody, body);
    const encode = asked.encoding_format === "base64" ? base64 : (row: RowValues) => Array.from(row);
    return {
      request: { ...engineRequest(asked, asked.input), truncate: asked.truncate ?? false },
      answer(reply) {
        const tokens = tokensOf(reply);
        const usage = { prompt_tokens: tokens, total_tokens: tokens };
        const rows = reply.values.entries().map(([index, row]) => (
          { object: "embedding", index, embedding: encode(row) }
        ));
        return jsonWithArray({ object: "list", model: asked.model, usage }, "data", rows);
      },
    };
  },
  refuse({ code, message }, field) {
    const error = errors[code] ?? { type: "server_error", code: "internal_error" };
    return { error: { message, type: error.type, param: error.param ?? field ?? null, code: error.code } };
  },
};

/** The values' bytes as they lie in memory: little-endian on every machine that ONNX Runtime is built for. */
function base64(row: RowValues): string {
  return Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString("base64");
}
