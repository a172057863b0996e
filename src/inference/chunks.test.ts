import { assertEquals, assertThrows, assertTrue } from "../../test/assert.ts";
import { chunkRanges } from "./chunks.ts";
import { Tokenizer } from "./tokenizer.ts";

const vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "one", "two", "three", "four", "five", "a", "##a", "中"];
const tokenizer = new Tokenizer(
  {
    version: "1.0",
    added_tokens: [],
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      special_tokens: { "[CLS]": { ids: [2], tokens: ["[CLS]"] }, "[SEP]": { ids: [3], tokens: ["[SEP]"] } },
    },
    decoder: null,
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocab.map((word, index) => [word, index])),
    },
  } as never,
  {},
  16,
);
const pieces = (text: string, tokens: number, overlap: number) =>
  [...chunkRanges(text, tokenizer, { tokens, overlap })].map(([start, end]) => text.slice(start, end));

Deno.test("pieces are cut between words, begin with the words they share, and miss nothing", () => {
  assertEquals(pieces("one two three four five", 3, 1), ["one two three", "three four five"]);
  assertEquals(pieces("one two  three\nfour five ", 2, 0), ["one two", "three\nfour", "five"]);
  assertEquals(pieces("中中中", 2, 1), ["中中", "中中"]);
});

Deno.test("a word longer than a piece is cut within", () => {
  const cut = pieces("a".repeat(20), 4, 0);
  assertEquals(cut.join(""), "a".repeat(20));
  assertTrue(cut.every((piece) => tokenizer.count(piece) <= 4), cut.join(" "));
});

Deno.test("a text without words is one empty piece", () => {
  assertEquals(pieces("", 4, 0), [""]);
  assertEquals(pieces(" \n ", 4, 0), [""]);
});

Deno.test("pieces that do not fit the model, or would not advance, are refused", () => {
  assertThrows(() => pieces("one", 15, 0), /at most 14/);
  assertThrows(() => pieces("one", 4, 4), /shares less/);
});
