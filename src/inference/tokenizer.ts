import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";

/**
 * Characters tokenised at a time. A text is truncated to some hundred tokens; a whole book would cost a
 * second to tokenise for nothing.
 */
const pieceCharacters = 4096;

/** A longer run without a boundary is cut where it is, so that no text keeps the engine from others. */
const longestPieceCharacters = 16 * pieceCharacters;

/**
 * Where a text may be cut without changing its tokens: BERT's normaliser looks at one character at a time,
 * and its pre-tokeniser splits at white space and around CJK ideographs.
 */
const boundary = /[\s\u4e00-\u9fff]/g;

/** Turns a text into a BERT-family model's token ids, special tokens included, cut at the model's limit. */
export class Tokenizer {
  readonly #hub: HubTokenizer;
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];

  /**
   * @param definition the parsed `tokenizer.json`; its own truncation and padding are not used
   * @param config the parsed `tokenizer_config.json`
   * @param maxTokens the model's limit, special tokens included
   */
  constructor(definition: object, config: object, readonly maxTokens: number) {
    this.#hub = new HubTokenizer(definition, config);
    const bare = this.#hub.encode("a", { add_special_tokens: false }).ids;
    const whole = this.#hub.encode("a").ids;
    const start = whole.indexOf(bare[0]!);
    this.#prefix = whole.slice(0, start);
    this.#suffix = whole.slice(start + bare.length);
  }

  encode(text: string): number[] {
    const room = this.maxTokens - this.#prefix.length - this.#suffix.length;
    const ids: number[] = [];
    for (let start = 0; start < text.length && ids.length < room;) {
      const end = pieceEnd(text, start);
      for (const id of this.#hub.encode(text.slice(start, end), { add_special_tokens: false }).ids) {
        ids.push(id);
      }
      start = end;
    }
    return [...this.#prefix, ...ids.slice(0, room), ...this.#suffix];
  }
}

function pieceEnd(text: string, start: number): number {
  if (text.length - start <= pieceCharacters) return text.length;
  boundary.lastIndex = start + pieceCharacters;
  const end = boundary.exec(text)?.index ?? text.length;
  return Math.min(end, start + longestPieceCharacters);
}
