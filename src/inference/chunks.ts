import { type Chunking, SelvedgeError } from "../contract/index.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A piece of a text: a range in UTF-16 units, without white space around it. */
export type Range = readonly [start: number, end: number];

interface Word {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/** A word; an ideograph is one. */
const wordPattern = /[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+/g;

/**
 * Cuts a text into ranges of at most `tokens` tokens between words, each of which begins with the last words of
 * the one before, up to `overlap` tokens. A word that is longer than a piece is cut within. A text without words
 * is one empty piece.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when a piece would not fit the model, or pieces would not advance
 */
export function* chunkRanges(
  text: string,
  tokenizer: Tokenizer,
  { tokens, overlap }: Chunking,
): Generator<Range> {
  if (tokens > tokenizer.room || overlap >= tokens) {
    throw new SelvedgeError(
      "INPUT_INVALID",
      `Cannot cut texts into pieces of ${tokens} tokens that share ${overlap}: ` +
        `a piece has at most ${tokenizer.room}, and shares less than it has`,
    );
  }
  let piece: Word[] = [];
  let isNew = true;
  for (const word of words(text, tokenizer, tokens)) {
    if (sum(piece) + word.tokens > tokens) {
      yield range(piece);
      piece = tail(piece, Math.min(overlap, tokens - word.tokens));
    }
    piece.push(word);
    isNew = false;
  }
  yield isNew ? [0, 0] : range(piece);
}

function* words(text: string, tokenizer: Tokenizer, limit: number): Generator<Word> {
  for (const match of text.matchAll(wordPattern)) {
    const { index: start, 0: word } = match;
    yield* fitting(text, { start, end: start + word.length }, tokenizer, limit);
  }
}

function* fitting(
  text: string,
  { start, end }: { start: number; end: number },
  tokenizer: Tokenizer,
  limit: number,
): Generator<Word> {
  const tokens = tokenizer.count(text.slice(start, end));
  if (tokens <= limit || end - start < 2) return yield { start, end, tokens: Math.min(tokens, limit) };
  const middle = beforeSurrogatePair(text, (start + end) >> 1);
  if (middle === start) return yield { start, end, tokens: limit };
  yield* fitting(text, { start, end: middle }, tokenizer, limit);
  yield* fitting(text, { start: middle, end }, tokenizer, limit);
}

function beforeSurrogatePair(text: string, index: number): number {
  return /[\udc00-\udfff]/.test(text[index]!) ? index - 1 : index;
}

/** The last words that have at most `tokens` tokens together. */
function tail(piece: readonly Word[], tokens: number): Word[] {
  let first = piece.length;
  for (let total = 0; first > 0; first--) {
    total += piece[first - 1]!.tokens;
    if (total > tokens) break;
  }
  return piece.slice(first);
}

function sum(piece: readonly Word[]): number {
  return piece.reduce((total, { tokens }) => total + tokens, 0);
}

function range(piece: readonly Word[]): Range {
  return [piece[0]!.start, piece.at(-1)!.end];
}
