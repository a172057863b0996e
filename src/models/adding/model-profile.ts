import { join } from "node:path";
import {
  type GenericSchema,
  type InferOutput,
  looseObject,
  nullish,
  number,
  record,
  safeParse,
  string,
} from "valibot";
import { boolean } from "valibot";
import { SelvedgeError } from "../../contract/index.ts";
import type { EmbeddingEntry } from "../catalogue-schema.ts";

/** How a model is to be used: what no graph says of itself. */
export type ModelProfile = Pick<EmbeddingEntry, "maxTokens" | "pooling" | "prefixes">;

/** What the user said of it; the model's own files say the rest. */
export interface ProfileWishes {
  readonly maxTokens?: number;
  readonly pooling?: EmbeddingEntry["pooling"];
  readonly queryPrefix?: string;
  readonly passagePrefix?: string;
}

/** What models without a word about it were trained with. */
const usualMaxTokens = 512;
/** The families whose first position is the padding's number and one more: that many positions are no tokens. */
const offsetFamilies = ["roberta", "xlm-roberta", "camembert", "mpnet"];

const modelConfig = looseObject({
  model_type: nullish(string()),
  max_position_embeddings: nullish(number()),
});
const tokenizerConfig = looseObject({ model_max_length: nullish(number()) });
const sentenceConfig = looseObject({ max_seq_length: nullish(number()) });
const poolingConfig = looseObject({
  pooling_mode_cls_token: nullish(boolean()),
  pooling_mode_mean_tokens: nullish(boolean()),
  pooling_mode_lasttoken: nullish(boolean()),
});
const promptsConfig = looseObject({ prompts: nullish(record(string(), string())) });

/**
 * Reads how a model wants to be used out of its own files, as sentence-transformers and transformers write them.
 *
 * @throws MODEL_INVALID when one of them cannot be read, or pools in a way that is not known; USAGE_INVALID when
 * more tokens are wished than the model has positions for.
 */
export async function readProfile(folder: string, wishes: ProfileWishes): Promise<ModelProfile> {
  const read = <Schema extends GenericSchema>(path: string, schema: Schema) => readJson(folder, path, schema);
  const [model, tokenizer, sentence, pooling, prompts] = await Promise.all([
    read("config.json", modelConfig),
    read("tokenizer_config.json", tokenizerConfig),
    read("sentence_bert_config.json", sentenceConfig),
    read("1_Pooling/config.json", poolingConfig),
    read("config_sentence_transformers.json", promptsConfig),
  ]);
  const positions = positionsOf(model);
  const stated = sentence?.max_seq_length ?? tokenizer?.model_max_length ?? usualMaxTokens;
  const maxTokens = wishes.maxTokens ?? Math.min(stated, positions ?? usualMaxTokens);
  if (maxTokens > (positions ?? maxTokens)) throw tooManyTokens(maxTokens, positions);
  const { query, passage, document } = prompts?.prompts ?? {};
  return {
    maxTokens,
    pooling: wishes.pooling ?? poolingOf(pooling),
    prefixes: {
      query: wishes.queryPrefix ?? query ?? "",
      passage: wishes.passagePrefix ?? passage ?? document ?? "",
    },
  };
}

function positionsOf(config: InferOutput<typeof modelConfig> | undefined): number | undefined {
  const positions = config?.max_position_embeddings ?? undefined;
  if (positions === undefined || positions <= 2) return undefined;
  return offsetFamilies.includes(config?.model_type ?? "") ? positions - 2 : positions;
}

/** Mean where nothing is said: what sentence-transformers itself takes then. */
function poolingOf(config: InferOutput<typeof poolingConfig> | undefined): EmbeddingEntry["pooling"] {
  if (config === undefined || config.pooling_mode_mean_tokens === true) return "mean";
  if (config.pooling_mode_cls_token === true) return "cls";
  if (config.pooling_mode_lasttoken === true) return "last";
  throw new SelvedgeError(
    "MODEL_INVALID",
    "Cannot use the pooling of 1_Pooling/config.json: expected mean, cls or last token; say --pooling to choose",
  );
}

async function readJson<Schema extends GenericSchema>(
  folder: string,
  path: string,
  schema: Schema,
): Promise<InferOutput<Schema> | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    const result = safeParse(schema, JSON.parse(text));
    if (result.success) return result.output;
    throw new SyntaxError(result.issues[0].message);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SelvedgeError("MODEL_INVALID", `Cannot read the model's ${path}: ${error.message}`, {
      cause: error,
    });
  }
}

function tooManyTokens(maxTokens: number, positions: number | undefined): SelvedgeError {
  return new SelvedgeError(
    "USAGE_INVALID",
    `Cannot take texts of ${maxTokens} tokens: the model has positions for ${positions}`,
  );
}
