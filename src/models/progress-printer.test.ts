import { assertEquals, assertMatch, assertTrue } from "../../test/assert.ts";
import { progressPrinter } from "./progress-printer.ts";
import type { PullProgress } from "./pull.ts";

const of = { model: "tiny", source: "model hub", file: "onnx/model.onnx", totalBytes: 2_000_000 };

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 80, write: (text: string) => written.push(text) };
}

const story: (PullProgress & { atMs: number })[] = [
  { atMs: 0, ...of, phase: "start", receivedBytes: 0 },
  { atMs: 4_999, ...of, phase: "receiving", receivedBytes: 400_000 },
  { atMs: 5_000, ...of, phase: "receiving", receivedBytes: 500_000 },
  { atMs: 9_999, ...of, phase: "receiving", receivedBytes: 900_000 },
  { atMs: 9_999, model: of.model, source: of.source, phase: "failed", reason: "HTTP 503" },
  { atMs: 10_000, ...of, source: "folder /usb", phase: "start", receivedBytes: 0 },
  { atMs: 10_001, ...of, source: "folder /usb", phase: "end", receivedBytes: 2_000_000 },
];

Deno.test("off a terminal: a line at the start, one each five seconds, one at the end, one for a failure", async () => {
  const output = recorder(false);
  let nowMs = 0;
  const printer = await progressPrinter(output, () => nowMs);
  for (const { atMs, ...progress } of story) {
    nowMs = atMs;
    printer.onProgress(progress);
  }
  printer.close();
  assertEquals(output.written, [
    "tiny: fetching onnx/model.onnx from model hub, 2.0 MB\n",
    "tiny: onnx/model.onnx 25 % of 2.0 MB\n",
    "model hub failed: HTTP 503\n",
    "tiny: fetching onnx/model.onnx from folder /usb, 2.0 MB\n",
    "tiny: onnx/model.onnx received\n",
  ]);
});

Deno.test("on a terminal: a bar, and the cursor is given back however often it is closed", async () => {
  const output = recorder(true);
  const printer = await progressPrinter(output);
  for (const { atMs: _, ...progress } of story) printer.onProgress(progress);
  printer.onProgress({ ...of, phase: "start", receivedBytes: 0 });
  printer.close();
  printer.close();
  const text = output.written.join("");
  assertMatch(text, /onnx\/model\.onnx \[=+\] 100 % of 2\.0 MB/);
  assertMatch(text, /model hub failed: HTTP 503\n/);
  assertTrue(text.lastIndexOf("\u001b[?25h") > text.lastIndexOf("\u001b[?25l"), "the cursor stayed hidden");
});
