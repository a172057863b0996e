import ort from "onnxruntime-node";
import { isSelvedgeError } from "../contract/index.ts";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { decodeOnnx } from "./decode-onnx.ts";
import { encodeFurtherOutputs, encodeOnnx } from "./encode-onnx.ts";
import { GraphBuilder } from "./graph-builder.ts";

function smallFile(): Uint8Array<ArrayBuffer> {
  const builder = new GraphBuilder();
  const weights = builder.tensor("weights", "float", [2, 1], Float32Array.of(0.5, -2));
  builder.node("MatMul", ["input", weights], { output: "output" });
  const value = (name: string) => ({ name, elementType: "float", dimensions: ["rows", 2] }) as const;
  return encodeOnnx(builder.build([value("input")], [value("output")]));
}

function codeOf(bytes: Uint8Array): string {
  try {
    decodeOnnx(bytes);
    return "no error";
  } catch (error) {
    return isSelvedgeError(error) ? `${error.code} ${error.message}` : String(error);
  }
}

Deno.test("a graph that was written is read as it was", () => {
  const { nodes, constants, inputNames, outputNames } = decodeOnnx(smallFile());
  assertEquals(nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs]), [
    ["MatMul", ["input", "weights"], ["output"]],
  ]);
  const [weights] = constants;
  assertEquals([weights!.name, weights!.dimensions, weights!.elementType], ["weights", [2, 1], 1]);
  assertEquals([...new Float32Array(weights!.data.slice().buffer)], [0.5, -2]);
  assertEquals([inputNames, outputNames], [["input"], ["output"]]);
});

Deno.test("a tensor inside a graph becomes an output by bytes behind the file", async () => {
  const builder = new GraphBuilder();
  const twice = builder.node("Add", ["input", "input"]);
  builder.node("Neg", [twice], { output: "output" });
  const value = (name: string) => ({ name, elementType: "float", dimensions: [2] }) as const;
  const file = encodeOnnx(builder.build([value("input")], [value("output")]));
  const session = await ort.InferenceSession.create(Uint8Array.of(...file, ...encodeFurtherOutputs([twice])));
  const outputs = await session.run({ input: new ort.Tensor("float32", Float32Array.of(1, 2), [2]) });
  assertEquals([...outputs[twice]!.data], [2, 4]);
  assertEquals([...outputs.output!.data], [-2, -4]);
});

Deno.test("what is no ONNX file, or not a whole one, is refused as invalid", () => {
  const file = smallFile();
  assertMatch(codeOf(new Uint8Array()), /MODEL_INVALID .*holds no ONNX graph/);
  assertMatch(codeOf(new TextEncoder().encode("<!doctype html><p>404</p>")), /MODEL_INVALID/);
  assertMatch(codeOf(file.subarray(0, file.length / 2)), /MODEL_INVALID .*not a whole ONNX file/);
});

Deno.test("nodes that compute the same are one", () => {
  const builder = new GraphBuilder();
  const one = builder.node("Reshape", ["input", builder.list(1, -1)]);
  assertEquals(builder.node("Reshape", ["input", builder.list(1, -1)]), one);
  assertEquals(builder.node("Reshape", ["input", builder.list(-1)]) === one, false);
  assertEquals(builder.build([], []).nodes.length, 2);
});
