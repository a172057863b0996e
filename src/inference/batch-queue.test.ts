import { assertEquals, assertTrue } from "../../test/assert.ts";
import { BatchQueue, type QueueItem } from "./batch-queue.ts";

interface Item extends QueueItem {
  isWanted: boolean;
}
const item = (length: number, caller = "a", more: Partial<Item> = {}): Item => ({
  ...{
    group: "model",
    batchRule: "padded",
    length,
    caller,
    priority: "bulk",
    isWanted: true,
    drop: () => {},
  },
  ...more,
});
const lengths = (batch: readonly Item[]) => batch.map(({ length }) => length);

Deno.test("a batch has texts of nearly equal length, within its tokens and rows", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 4 });
  for (const length of [20, 90, 21, 19, 40, 22, 20]) queue.push(item(length));
  assertEquals(lengths(await queue.take("bulk")), [20, 20, 19, 21]);
  assertEquals(lengths(await queue.take("bulk")), [90]);
  assertEquals(lengths(await queue.take("bulk")), [40]);
  assertEquals(lengths(await queue.take("bulk")), [22]);
});

Deno.test("a text longer than any batch is a batch of its own", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 4 });
  queue.push(item(512));
  queue.push(item(512));
  assertEquals(lengths(await queue.take("bulk")), [512]);
});

Deno.test("the rule of a group says who may share: only equal lengths, or nobody", async () => {
  for (const [batchRule, first] of [["equal", [8, 8]], ["alone", [8]]] as const) {
    const queue = new BatchQueue<Item>({ tokens: 100, rows: 4 });
    for (const length of [8, 8, 9]) queue.push(item(length, "a", { batchRule }));
    assertEquals(lengths(await queue.take("bulk")), [...first]);
  }
});

Deno.test("texts of two models never share a batch", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 4 });
  for (const group of ["x", "y", "x"]) queue.push(item(8, "a", { group }));
  assertEquals((await queue.take("bulk")).map(({ group }) => group), ["x", "x"]);
});

Deno.test("a caller of few texts is served before the rest of one who asked for many", async () => {
  const queue = new BatchQueue<Item>({ tokens: 64, rows: 8 });
  for (let index = 0; index < 40; index++) queue.push(item(8, "many"));
  await queue.take("bulk");
  queue.push(item(30, "few"));
  const { caller } = (await queue.take("bulk"))[0]!;
  assertEquals(caller, "few");
});

Deno.test("two callers who keep asking get equal shares of tokens, whatever the length of their texts", async () => {
  const queue = new BatchQueue<Item>({ tokens: 1, rows: 1 });
  for (let index = 0; index < 400; index++) queue.push(item(10, "short"));
  for (let index = 0; index < 100; index++) queue.push(item(100, "long"));
  const served: Record<string, number> = { short: 0, long: 0 };
  for (let round = 0; round < 200; round++) {
    for (const { caller, length } of await queue.take("bulk")) served[caller]! += length;
  }
  assertTrue(Math.abs(served.short! - served.long!) <= 100, JSON.stringify(served));
});

Deno.test("what nobody wants any more is dropped before it costs anything", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 8 });
  const items = [8, 8, 8].map((length) => item(length));
  items.forEach((each) => queue.push(each));
  items[0]!.isWanted = items[2]!.isWanted = false;
  assertEquals(await queue.take("bulk"), [items[1]!]);
  assertEquals(queue.waiting("bulk"), 0);
});

Deno.test("what is pushed in one turn joins the batch of the lane that waited", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 8 });
  const waited = queue.take("interactive");
  for (let index = 0; index < 3; index++) queue.push(item(8, "a", { priority: "interactive" }));
  assertEquals((await waited).length, 3);
});

Deno.test("one priority's work is not given to the other's lanes", async () => {
  const queue = new BatchQueue<Item>({ tokens: 100, rows: 8 });
  queue.push(item(8, "a", { priority: "interactive" }));
  queue.push(item(9, "a"));
  assertEquals(lengths(await queue.take("bulk")), [9]);
});

Deno.test("the queue keeps nothing of what was taken", async () => {
  for (const [length, batchRule] of [[129, "padded"], [8, "alone"], [8, "padded"]] as const) {
    const queue = new BatchQueue<Item>({ tokens: 100, rows: 4 });
    for (let index = 0; index < 50; index++) queue.push(item(length, "a", { batchRule }));
    while (queue.waiting("bulk") > 0) await queue.take("bulk");
    assertEquals(queue.kept("bulk"), 0, `${length} ${batchRule}`);
  }
});
