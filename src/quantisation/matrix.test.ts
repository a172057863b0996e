import ort from "onnxruntime-node";
import { assertEquals, assertTrue } from "../../test/assert.ts";
import { encodeOnnx } from "./encode-onnx.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { integerLinear } from "./integer-linear.ts";
import { absorbOffset, quantiseColumns, quantiseRows, sideBySide } from "./matrix.ts";

/** The same numbers each time, from −1 to 1. */
function pseudoRandom(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((index * 7919 + 104729) % 2003) / 1001.5 - 1);
}

const linear = (inputs: number, outputs: number) => ({
  input: "input",
  inputs,
  outputs,
  weights: pseudoRandom(inputs * outputs),
  bias: pseudoRandom(outputs),
});

function apply(
  { inputs, outputs, weights, bias }: ReturnType<typeof linear>,
  values: Float32Array,
): number[] {
  return Array.from({ length: outputs }, (_, column) => {
    let sum = bias[column]!;
    for (let row = 0; row < inputs; row++) sum += values[row]! * weights[row * outputs + column]!;
    return sum;
  });
}

const rounded = (values: Iterable<number>) => Array.from(values, (value) => value.toFixed(4));

Deno.test("an offset taken into the bias gives what adding it gave", () => {
  const [whole, offset, values] = [
    linear(4, 3),
    Float32Array.of(1, -2, 3, 0.5),
    Float32Array.of(2, 1, 0, -1),
  ];
  const shifted = values.map((value, index) => value + offset[index]!);
  assertEquals(rounded(apply(absorbOffset(whole, offset), values)), rounded(apply(whole, shifted)));
});

Deno.test("linears side by side give what they gave, one after the other", () => {
  const [left, right, values] = [linear(4, 3), linear(4, 2), Float32Array.of(2, 1, 0, -1)];
  const both = apply(sideBySide([left, right]), values);
  assertEquals(rounded(both), rounded([...apply(left, values), ...apply(right, values)]));
});

Deno.test("rows in bytes are within half a step of what they were", () => {
  const values = pseudoRandom(60);
  const { bytes, scales } = quantiseRows(values, 20);
  for (const [index, value] of values.entries()) {
    const scale = scales[Math.floor(index / 20)]!;
    assertTrue(Math.abs(bytes[index]! * scale - value) <= scale * 0.5001, `value ${index}`);
  }
});

Deno.test("of two neighbouring weights, those of one sign add up to 128 at most", () => {
  const columns = 50;
  const { bytes } = quantiseColumns(pseudoRandom(64 * columns), columns);
  let greatest = 0;
  for (let index = 0; index < bytes.length; index += index % columns === columns - 1 ? columns + 1 : 1) {
    const [upper, lower] = [bytes[index]!, bytes[index + columns]!];
    if (upper * lower > 0) greatest = Math.max(greatest, Math.abs(upper + lower));
  }
  assertTrue(greatest > 120 && greatest <= 128, `the greatest sum is ${greatest}`);
});

Deno.test("the largest bytes times the largest weights are not cut off on this machine", async () => {
  const [tokens, inputs, outputs] = [5, 64, 48];
  // All of one sign and size: the worst that the rule for neighbours lets through.
  const worst = { ...linear(inputs, outputs), weights: new Float32Array(inputs * outputs).fill(-1) };
  const { bytes, scales } = quantiseColumns(worst.weights, outputs);
  const builder = new GraphBuilder();
  const product = integerLinear(builder, "linear", { tensor: "input", zeroPoint: 0, scale: 1 }, worst);
  const file = encodeOnnx(builder.build(
    [{ name: "input", elementType: "uint8", dimensions: [1, tokens, inputs] }],
    [{ name: product, elementType: "float", dimensions: [1, tokens, outputs] }],
  ));
  const session = await ort.InferenceSession.create(file);
  const input = new ort.Tensor("uint8", new Uint8Array(tokens * inputs).fill(255), [1, tokens, inputs]);
  const actual = (await session.run({ input }))[product]!.data as Float32Array;
  for (const [index, value] of actual.entries()) {
    const column = index % outputs;
    const expected = 255 * inputs * bytes[column]! * scales[column]! + worst.bias[column]!;
    assertTrue(Math.abs(value - expected) < 0.01, `${value} instead of ${expected}`);
  }
});
