/**
 * Preloaded after the worker in functions that import transformers.js, which imports two native libraries that a
 * function may not load: ONNX Runtime is the engine's, and images are decoded by `Supabase.ai.pipeline`.
 */
import { standIn } from "../onnx/index.ts";

standIn({
  "onnxruntime-node": `globalThis[Symbol.for("onnxruntime")]`,
  sharp: `() => {
    throw new Error("Cannot decode images inside a function; give them to Supabase.ai.pipeline");
  }`,
});
