import { BackgroundTasks } from "./background-tasks.ts";
import { assertEquals } from "../../test/assert.ts";

Deno.test("waits for tasks that other tasks began", async () => {
  const tasks = new BackgroundTasks();
  const ended: string[] = [];
  tasks.waitUntil(
    Promise.resolve().then(() => {
      ended.push("first");
      tasks.waitUntil(Promise.resolve().then(() => ended.push("second")));
    }),
  );
  await tasks.settled();
  assertEquals(ended, ["first", "second"]);
});

Deno.test("returns the promise it was given", async () => {
  const task = Promise.resolve(7);
  assertEquals(new BackgroundTasks().waitUntil(task) === task, true);
  await task;
});
