import { BoundedQueue, QueueFull } from "./bounded-queue.ts";
import { assertEquals, assertThrows } from "../../test/assert.ts";

Deno.test("gives items in the order they came, to takers in the order they asked", async () => {
  const queue = new BoundedQueue<number>(2);
  const early = [queue.take(), queue.take()];
  for (const item of [1, 2, 3, 4]) queue.push(item);
  assertEquals(await Promise.all([...early, queue.take(), queue.take()]), [1, 2, 3, 4]);
});

Deno.test("refuses one item more than its limit, and takes it again when there is room", async () => {
  const queue = new BoundedQueue<number>(2);
  queue.push(1);
  queue.push(2);
  assertThrows(() => queue.push(3), QueueFull);
  assertEquals(await queue.take(), 1);
  queue.push(3);
  assertEquals(queue.length, 2);
});
