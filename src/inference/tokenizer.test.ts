import { findEmbeddingModel, ModelStore } from "../models/index.ts";
import { assertEquals, assertTrue } from "../../test/assert.ts";
import { selvedgeCommand } from "../../test/project.ts";
import { Tokenizer } from "./tokenizer.ts";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";

async function open() {
  const pulled = await selvedgeCommand(["models", "pull", "gte-small"]);
  assertEquals(pulled.code, 0, pulled.stderr);
  const files = await new ModelStore().locate(await findEmbeddingModel("gte-small"));
  const [definition, config] = [files.tokenizer, files.tokenizerConfig].map((path) =>
    JSON.parse(Deno.readTextFileSync(path))
  );
  return { tokenizer: new Tokenizer(definition, config, 512), hub: new HubTokenizer(definition, config) };
}
const { tokenizer, hub } = await open();

Deno.test("a text has the ids of the published tokenizer, between [CLS] and [SEP]", () => {
  assertEquals(tokenizer.encode("Luke, I am your father.").ids, [
    101,
    5355,
    1010,
    1045,
    2572,
    2115,
    2269,
    1012,
    102,
  ]);
  assertEquals(tokenizer.encode("").ids, [101, 102]);
});

Deno.test("a long text, tokenised in pieces, has the first ids of the whole", () => {
  const words = Array.from(
    { length: 4_000 },
    (_, index) => ["naïve", "日本語", "über-😀", "x".repeat(90)][index % 4],
  );
  for (const text of [words.join(" "), words.join("\n\n"), "漢字".repeat(5_000), "a".repeat(20_000)]) {
    const whole = hub.encode(text, { add_special_tokens: false }).ids;
    assertEquals(tokenizer.encode(text).ids, [101, ...whole.slice(0, 510), 102]);
  }
});

Deno.test("a book costs no more than its beginning", () => {
  const book = "It was the best of times, it was the worst of times. ".repeat(100_000);
  let pieces = 0;
  const encode = HubTokenizer.prototype.encode;
  HubTokenizer.prototype.encode = function (this: HubTokenizer, text: string, options) {
    pieces += text.length;
    return encode.call(this, text, options!);
  } as typeof encode;
  try {
    assertEquals(tokenizer.encode(book).ids.length, 512);
  } finally {
    HubTokenizer.prototype.encode = encode;
  }
  assertTrue(pieces < 10_000, `${pieces} characters were tokenised`);
});
