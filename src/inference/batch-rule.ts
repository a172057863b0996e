import type { BatchRow, BatchRule } from "./onnx-messages.ts";
import type { OnnxSession } from "./onnx-session.ts";

const shape = { pooling: "none", normalize: false } as const;
/** Low ids, which every vocabulary has. */
const row = (length: number, seed: number): BatchRow => ({
  ids: Array.from({ length }, (_, index) => 5 + (seed * 31 + index * 17) % 90),
  shape,
});
const text = row(9, 1);
const equals = [row(9, 2), row(9, 3)];
const longer = row(14, 4);

/**
 * Finds out by trying which texts may share a batch of this graph: a text's hidden states must have the same bits
 * alone and in company. Ordinary dynamic quantisation, whose scale is that of the whole batch, fails at once.
 */
export async function probeBatchRule(session: OnnxSession): Promise<BatchRule> {
  const alone = await session.embed([text], 0);
  const isSame = async (batch: readonly BatchRow[]) => {
    const { rows } = await session.embed(batch, 0);
    return hasSameBits(alone.rows[0]!, rows[batch.indexOf(text)]!);
  };
  if (!await isSame([equals[0]!, text, equals[1]!])) return "alone";
  return await isSame([longer, text, equals[0]!]) ? "padded" : "equal";
}

function hasSameBits(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
