import { temporaryFolder } from "../../test/project.ts";
import { assertEquals } from "../../test/assert.ts";
import { dtypesIn } from "./dtypes.ts";

Deno.test("of each graph the best precision there is", async () => {
  await using folder = await temporaryFolder({
    "onnx/encoder_model_quantized.onnx": "",
    "onnx/encoder_model.onnx": "",
    "onnx/decoder_model_merged_quantized.onnx": "",
    "onnx/decoder_model_merged_q4.onnx": "",
    "onnx/model.onnx_data": "",
  });
  assertEquals(await dtypesIn(folder.path), { encoder_model: "fp32", decoder_model_merged: "q8" });
});
