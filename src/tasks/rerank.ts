import { invalid, textsOf } from "./inputs.ts";

/** What a cross-encoder is made of: a text-classification pipeline's tokenizer and model. */
export interface CrossEncoder {
  readonly tokenizer: unknown;
  readonly model: unknown;
}

/** A document's place in the list that was given, and how well it answers: higher is better, from 0 to 1. */
interface Ranked {
  readonly index: number;
  readonly score: number;
}

type Tokenize = (text: string, options: { text_pair: string; truncation: boolean }) => unknown;
type Classify = (inputs: unknown) => Promise<{ logits: { data: Float32Array } }>;

/**
 * Sorts documents by how well each answers the query, best first; `top_k` keeps so many of them. Each pair is read
 * by the model on its own.
 *
 * @throws {SelvedgeError} `INPUT_INVALID`
 */
export async function rerank(
  { tokenizer, model }: CrossEncoder,
  query: unknown,
  documents: unknown,
  { top_k: count }: Record<string, unknown>,
): Promise<readonly Ranked[]> {
  const [question, ...more] = textsOf(query, "a query");
  if (more.length > 0) throw invalid("a query: give one text");
  if (count !== undefined && (!Number.isInteger(count) || Number(count) < 1)) {
    throw invalid(`top_k ${count}: give a whole number from 1`);
  }
  const ranked: Ranked[] = [];
  for (const [index, document] of textsOf(documents, "documents").entries()) {
    const pair = (tokenizer as Tokenize)(question!, { text_pair: document, truncation: true });
    const { logits } = await (model as Classify)(pair);
    ranked.push({ index, score: relevance(logits.data) });
  }
  return ranked.toSorted((a, b) => b.score - a.score).slice(0, count as number | undefined);
}

/** Rerankers give one number, or one for each of "no" and "yes". */
function relevance(logits: Float32Array): number {
  const [first = 0, second] = logits;
  return 1 / (1 + Math.exp(second === undefined ? -first : first - second));
}
