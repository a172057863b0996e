import { SelvedgeError } from "../contract/index.ts";
import { l2Normalize, pool, type Pooling, type Tokenizer } from "../inference/index.ts";
import { EncoderSession } from "./encoder-session.ts";
import { otherTexts, sentences } from "./probe-texts.ts";

/** How near the vectors of two graphs are, by their cosine. */
export interface Agreement {
  /** One in a hundred sentences is no nearer than this. */
  readonly firstPercentile: number;
  /** No text, of whatever kind, is farther. */
  readonly worst: number;
}

/** The least agreement with which an optimised graph may stand for the one it was made from. */
export const requiredAgreement: Agreement = { firstPercentile: 0.998, worst: 0.99 };

/** What to compare. */
export interface Comparison {
  readonly tokenizer: Tokenizer;
  readonly pooling: Pooling;
  /** The graph in fp32, and the one made from it. */
  readonly exact: Uint8Array | string;
  readonly optimised: Uint8Array | string;
}

/** Embeds the built-in texts with both graphs, one graph after the other, so that never both are in memory. */
export async function compare({ tokenizer, pooling, exact, optimised }: Comparison): Promise<Agreement> {
  const texts = [...sentences, ...otherTexts].map((text) => [...tokenizer.encode(text).ids]);
  const expected = await embedAll(exact, texts, pooling);
  const actual = await embedAll(optimised, texts, pooling);
  const cosines = expected.map((vector, index) => dot(vector, actual[index]!));
  const ofSentences = cosines.slice(0, sentences.length).sort((left, right) => left - right);
  return {
    firstPercentile: ofSentences[Math.floor(sentences.length / 100)]!,
    worst: Math.min(...cosines),
  };
}

/** @throws {SelvedgeError} `MODEL_INACCURATE` when the agreement is less than required */
export function requireAgreement({ firstPercentile, worst }: Agreement): void {
  const required = requiredAgreement;
  // Asked this way round, so that what is not a number fails.
  if (firstPercentile >= required.firstPercentile && worst >= required.worst) return;
  throw new SelvedgeError(
    "MODEL_INACCURATE",
    `Cannot optimise the model: its int8 vectors reach a cosine of ${
      firstPercentile.toFixed(4)
    } to those in fp32 ` +
      `in the first percentile of sentences and ${worst.toFixed(4)} at worst; ` +
      `${required.firstPercentile} and ${required.worst} are required. Use its fp32 weights`,
  );
}

async function embedAll(
  graph: Uint8Array | string,
  texts: readonly number[][],
  pooling: Pooling,
): Promise<Float32Array[]> {
  const session = await EncoderSession.open(graph);
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    const [states] = await session.run([text]);
    vectors.push(l2Normalize(pool(states!, states!.length / text.length, pooling)));
  }
  await session.release();
  return vectors;
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}
