import { assertEquals, assertMatch } from "../../test/assert.ts";
import { hubSource } from "./hub-source.ts";
import { SilenceLimit } from "./silence-limit.ts";
import { receiveFile } from "./receive.ts";
import { type Delivery, SourceFault } from "./source.ts";
import { never, temporaryStore, tinyContents, tinyHub, tinyModel } from "./tiny-model.ts";

const entry = tinyModel();
const [source] = entry.sources;
if (source?.kind !== "hub") throw new Error("The tiny model comes from the hub");

Deno.test("a word in time keeps the exchange alive, silence ends it", async () => {
  using limit = new SilenceLimit(1);
  limit.heard(60_000);
  assertEquals(limit.signal.aborted, false);
  limit.heard(1);
  await new Promise((resolve) => limit.signal.addEventListener("abort", resolve, { once: true }));
  assertMatch(String(limit.signal.reason), /TimeoutError: no answer for 0\.001 s/);
});

const silences = [
  {
    name: "that never answers",
    answer: () => new Promise<Response>(() => {}),
    reason: /^onnx\/model\.onnx: no answer/,
  },
  {
    name: "that stalls in the middle",
    answer: () => {
      const half = tinyContents.get("onnx/model.onnx")?.subarray(0, 100);
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(half) }));
    },
    reason: /, connection cut after 100 bytes: no answer for 0\.05 s/,
  },
];

for (const { name, answer, reason } of silences) {
  Deno.test(`a hub ${name} is given up, and no part is left`, async () => {
    await using hub = tinyHub(answer);
    await using place = await temporaryStore();
    await place.store.blobs.prepare([]);
    const impatient = hubSource(source, hub.env.HF_ENDPOINT, { headersMs: 50, bodyMs: 50 });
    const receive: Delivery["receive"] = (file, chunks, onBytes) =>
      receiveFile({ store: place.store, entry }, file, chunks, onBytes);
    const delivery = { receive, signal: never, mayLack: false, onProgress() {} };
    const fault = await impatient.fetch(entry.files, delivery).catch((error) => error);
    assertEquals(fault instanceof SourceFault && fault.kind, "unreachable");
    assertMatch(fault.message, reason);
    assertEquals(await place.names(), []);
  });
}
