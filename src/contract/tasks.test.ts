import { assertEquals, assertThrows } from "../../test/assert.ts";
import { encodeFrame } from "./frame.ts";
import { decodeTaskRequest, encodeTaskRequest } from "./tasks.ts";

const target = { task: "rerank", model: "some", caller: "test" };

Deno.test("a task survives the wire, with attachments in lists and without any inputs", () => {
  const inputs = ["text", [Uint8Array.of(1, 2, 3), Float32Array.of(0.5)], { top_k: 3, nested: [1] }, null];
  assertEquals(decodeTaskRequest(encodeTaskRequest({ ...target, inputs }).buffer), { ...target, inputs });
  assertEquals(decodeTaskRequest(encodeTaskRequest(target).buffer), target);
});

Deno.test("what is no task is refused with one code", () => {
  const refused = { code: "INPUT_INVALID" };
  const missing = { "\u0000attachment": 4, kind: "bytes" };
  const crooked = { "\u0000attachment": 0, kind: "samples" };
  for (
    const bytes of [
      new Uint8Array(),
      Uint8Array.of(9, 0, 0, 0, 1),
      encodeFrame({ task: "rerank" }, []),
      encodeFrame(null, []),
      encodeFrame({ ...target, inputs: "text" }, []),
      encodeFrame({ ...target, inputs: [missing] }, []),
      encodeFrame({ ...target, inputs: [crooked] }, [new Uint8Array(3)]),
    ]
  ) assertThrows(() => decodeTaskRequest(bytes.buffer), refused);
});
