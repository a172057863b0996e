import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { SelvedgeError } from "../contract/index.ts";

/**
 * Characters tokenised at a time. A text is truncated to some hundred tokens; a whole book would cost a
 * second to tokenise for nothing.
 */
const pieceCharacters = 4096;

/** A longer run without a boundary is cut where it is, so that no text keeps the engine from others. */
const longestPieceCharacters = 16 * pieceCharacters;

/**
 * Of a text, so many characters are read for each token that the model takes. Prose has about five; what has more
 * than this is white space or one endless word, and would keep the engine from others for nothing.
 */
const charactersReadPerToken = 128;

/**
 * Where a text may be cut without changing its tokens: BERT's normaliser looks at one character at a time,
 * and its pre-tokeniser splits at white space and around CJK ideographs.
 */
const boundary = /[\s\u4e00-\u9fff]/g;

/** A text as the model reads it. */
export interface Encoding {
  /** Token ids, special tokens included. */
  readonly ids: readonly number[];
  /** Whether the model's limit cut something off. */
  readonly truncated: boolean;
}

/** The parts of a `tokenizer.json` that are looked at here; the library reads the rest. */
interface Definition {
  readonly model?: { readonly vocab?: object };
  readonly pre_tokenizer?: { readonly type?: string } | null;
  readonly added_tokens?: readonly { readonly id: number }[];
}

/** Turns a text into a model's token ids, special tokens included, cut at the model's limit. */
export class Tokenizer {
  /** The id that fills up shorter texts of a batch; masked, but some models count positions by it. */
  readonly padId: number;
  readonly #hub: HubTokenizer;
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];
  readonly #isPiecewise: boolean;
  readonly #vocabulary: number;

  /**
   * @param definition the parsed `tokenizer.json`; its own truncation and padding are not used
   * @param config the parsed `tokenizer_config.json`
   * @param maxTokens the model's limit, special tokens included
   */
  constructor(definition: Definition, config: { readonly pad_token?: unknown }, readonly maxTokens: number) {
    this.#hub = new HubTokenizer(definition, config);
    const bare = this.#hub.encode("a", { add_special_tokens: false }).ids;
    const whole = this.#hub.encode("a").ids;
    const start = whole.indexOf(bare[0]!);
    this.#prefix = whole.slice(0, start);
    this.#suffix = whole.slice(start + bare.length);
    this.#isPiecewise = definition.pre_tokenizer?.type === "BertPreTokenizer";
    this.#vocabulary = vocabularySize(definition);
    this.padId = padIdOf(this.#hub, config.pad_token);
  }

  /** How many of the model's tokens a text can have, beside the special ones. */
  get room(): number {
    return this.maxTokens - this.#prefix.length - this.#suffix.length;
  }

  encode(text: string): Encoding {
    const ids: number[] = [];
    let start = 0;
    const limit = Math.min(text.length, charactersReadPerToken * this.maxTokens);
    while (start < limit && ids.length <= this.room) {
      const end = this.#pieceEnd(text, start);
      for (const id of this.#tokens(text.slice(start, end))) ids.push(id);
      start = end;
      if (!this.#isPiecewise) break;
    }
    return this.#framed(ids, start < text.length);
  }

  /**
   * Completes token ids that a caller made with the model's own tokenizer.
   *
   * @throws {SelvedgeError} `INPUT_INVALID` for an id that the model does not know
   */
  frame(ids: readonly number[]): Encoding {
    const stranger = ids.find((id) => id >= this.#vocabulary);
    if (stranger !== undefined) {
      throw new SelvedgeError(
        "INPUT_INVALID",
        `Cannot embed token ${stranger}: the model's tokens go from 0 to ${this.#vocabulary - 1}`,
      );
    }
    const { length } = this.#prefix;
    const isFramed = ids.length >= length + this.#suffix.length &&
      this.#prefix.every((id, index) => id === ids[index]) &&
      this.#suffix.every((id, index) => id === ids[ids.length - this.#suffix.length + index]);
    return this.#framed(isFramed ? ids.slice(length, ids.length - this.#suffix.length) : ids, false);
  }

  /** How many tokens a text has, without special tokens and limit. */
  count(text: string): number {
    return this.#tokens(text).length;
  }

  #framed(ids: readonly number[], isCut: boolean): Encoding {
    const truncated = isCut || ids.length > this.room;
    return { ids: [...this.#prefix, ...ids.slice(0, this.room), ...this.#suffix], truncated };
  }

  #tokens(text: string): number[] {
    return this.#hub.encode(text, { add_special_tokens: false }).ids;
  }

  #pieceEnd(text: string, start: number): number {
    // Other tokenizers mark the begin of a text, so that two pieces have other tokens than the whole.
    if (!this.#isPiecewise) return Math.min(text.length, longestPieceCharacters);
    if (text.length - start <= pieceCharacters) return text.length;
    boundary.lastIndex = start + pieceCharacters;
    const end = boundary.exec(text)?.index ?? text.length;
    return Math.min(end, start + longestPieceCharacters);
  }
}

function vocabularySize({ model, added_tokens = [] }: Definition): number {
  const { vocab = {} } = model ?? {};
  const size = Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length;
  return Math.max(size, ...added_tokens.map(({ id }) => id + 1));
}

function padIdOf(hub: HubTokenizer, token: unknown): number {
  const text = typeof token === "object" && token !== null ? (token as { content?: unknown }).content : token;
  return typeof text === "string" ? hub.token_to_id(text) ?? 0 : 0;
}
