import * as v from "valibot";
import { maxInputs } from "../../contract/index.ts";
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

const nanosecondsAMillisecond = 1e6;

/** Without a text Ollama loads the model and answers with nothing. */
const oneOrNone = v.pipe(text, v.transform((one) => one === "" ? [] : [one]));
const embedBody = v.object({
  ...commonMembers,
  input: v.nullish(
    v.union(
      [oneOrNone, v.pipe(list, v.array(text))],
      `Expected a string or an array of at most ${maxInputs} strings`,
    ),
    [],
  ),
});
const legacyBody = v.object({ ...commonMembers, prompt: v.nullish(oneOrNone, "") });

const refuse: EmbeddingsDialect["refuse"] = ({ message }) => ({ error: message });

/** Ollama's `/api/embed`: vectors of length one; a text too long for the model is cut unless `truncate` is false. */
export const ollamaEmbed: EmbeddingsDialect = {
  read(body) {
    const asked = parseBody(embedBody, body);
    return {
      request: engineRequest(asked, asked.input ?? []),
      answer(reply, elapsedMs) {
        const head = {
          model: asked.model,
          total_duration: Math.round(elapsedMs * nanosecondsAMillisecond),
          // The engine does not tell loading from waiting.
          load_duration: 0,
          prompt_eval_count: tokensOf(reply),
        };
        return jsonWithArray(head, "embeddings", reply.values.values().map((row) => Array.from(row)));
      },
    };
  },
  refuse,
};

/** Ollama's `/api/embeddings`, which it keeps for old clients: one text, and a vector that is not normalised. */
export const ollamaEmbeddings: EmbeddingsDialect = {
  read(body) {
    const asked = parseBody(legacyBody, body);
    return {
      request: { ...engineRequest(asked, asked.prompt ?? []), normalize: false },
      answer: ({ values }) => [JSON.stringify({ embedding: Array.from(values[0] ?? []) })],
    };
  },
  refuse,
};
