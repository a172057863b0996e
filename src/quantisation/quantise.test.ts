import { createHash } from "node:crypto";
import { isSelvedgeError } from "../contract/index.ts";
import { Tokenizer } from "../inference/index.ts";
import { assertEquals, assertMatch, assertThrows, assertTrue } from "../../test/assert.ts";
import { pullGteSmall } from "../../test/pulled-model.ts";
import { decodeOnnx } from "./decode-onnx.ts";
import { encodeOnnx } from "./encode-onnx.ts";
import { EncoderSession } from "./encoder-session.ts";
import { knownRanges } from "./known-ranges.ts";
import { otherTexts, sentences } from "./probe-texts.ts";
import { quantise } from "./quantise.ts";
import type { ReadGraph } from "./onnx-graph.ts";

/** Vectors of another graph are other vectors: whoever changes this number makes every index stale. */
const expected = "3e6ccfd39d5a2866b2e0c062cee4303d8d214a71edc5cebcbc171e5c917df7df";
const settings = { heads: 12, epsilon: 1e-12 };

async function open() {
  const files = await pullGteSmall();
  const [definition, config] = [files.tokenizer, files.tokenizerConfig].map((path) =>
    JSON.parse(Deno.readTextFileSync(path))
  );
  const bytes = await Deno.readFile(files.model);
  const ranges = knownRanges(createHash("sha256").update(bytes).digest("hex"));
  return { graph: decodeOnnx(bytes), ranges, tokenizer: new Tokenizer(definition, config, 512) };
}
const { graph, ranges, tokenizer } = await open();

Deno.test("gte-small becomes the same file each time, to the byte", () => {
  assertTrue(ranges !== undefined, "gte-small is calibrated");
  const file = encodeOnnx(quantise(graph, { ...settings, ranges }));
  assertEquals(createHash("sha256").update(file).digest("hex"), expected);
});

for (const [kind, known] of [["calibrated", ranges], ["not calibrated", undefined]] as const) {
  Deno.test(`a text has the same bits alone and in any batch, ${kind}`, async () => {
    const session = await EncoderSession.open(encodeOnnx(quantise(graph, { ...settings, ranges: known })));
    const texts = [...sentences.slice(0, 9), ...otherTexts.slice(0, 17), sentences.slice(0, 12).join(" ")];
    const tokens = texts.map((text) => [...tokenizer.encode(text).ids]);
    const batched = await session.run(tokens);
    for (const [index, text] of tokens.entries()) {
      const [alone] = await session.run([text]);
      assertTrue(alone!.every((value, place) => value === batched[index]![place]), texts[index]!);
    }
    await session.release();
  });
}

Deno.test("ranges that were seen in another graph are not used", () => {
  assertEquals(knownRanges("0".repeat(64)), undefined);
});

function refusal(changed: Partial<ReadGraph>, heads = 12): string {
  let message = "";
  assertThrows(() => quantise({ ...graph, ...changed }, { ...settings, heads }), (error) => {
    message = isSelvedgeError(error) ? `${error.code} ${error.message}` : String(error);
    return true;
  });
  return message;
}

Deno.test("a graph that is not a BERT encoder in fp32 is refused, with what is amiss", () => {
  const { nodes, constants } = graph;
  const without = (operator: string) => ({ nodes: nodes.filter((node) => node.operator !== operator) });
  const words = /word_embeddings/;
  const changeWords = (change: object) => ({
    constants: constants.map((tensor) => words.test(tensor.name) ? { ...tensor, ...change } : tensor),
  });
  const counting = { operator: "CumSum", domain: "", inputs: [], outputs: [], attributes: [] };
  assertMatch(refusal({ constants: [] }), /MODEL_INVALID .*no parameter named embeddings\.word_embeddings/);
  assertMatch(refusal({ nodes: [...nodes, counting] }), /MODEL_INVALID .*RoBERTa/);
  assertMatch(refusal(without("Erf")), /MODEL_INVALID .*exact GELU/);
  assertMatch(refusal(without("MatMul")), /MODEL_INVALID .*not a MatMul followed by an Add/);
  assertMatch(refusal(changeWords({ elementType: 10 })), /MODEL_INVALID .*not fp32/);
  assertMatch(refusal(changeWords({ isExternal: true })), /MODEL_INVALID .*external data/);
  assertMatch(refusal(changeWords({ data: new Uint8Array(8) })), /MODEL_INVALID .*8 bytes/);
  assertMatch(refusal({}, 7), /MODEL_INVALID .*7 heads/);
});
