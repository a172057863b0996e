import { SelvedgeError } from "../contract/index.ts";
import { RemoteSession, type SessionHost } from "./session.ts";
import { Tensor } from "./tensor.ts";

/** The key under which a JavaScript runtime offers its own ONNX Runtime to libraries. */
export const onnxRuntimeKey = Symbol.for("onnxruntime");

/**
 * ONNX Runtime's JavaScript interface over the engine: what transformers.js takes for its backend when
 * `globalThis[onnxRuntimeKey]` holds it.
 */
export function onnxRuntime(host: SessionHost) {
  return {
    Tensor,
    env: {},
    InferenceSession: {
      /** Opens a graph. Options about devices and threads are the engine's matter and have no effect. */
      create(graph: unknown, options: { readonly externalData?: readonly unknown[] } = {}) {
        if (typeof options === "object" && (options.externalData?.length ?? 0) > 0) {
          const message =
            "Cannot open a graph whose weights lie in other files: give one ONNX file that holds all";
          return Promise.reject(new SelvedgeError("INPUT_INVALID", message));
        }
        return RemoteSession.open(host, graph);
      },
    },
  };
}
