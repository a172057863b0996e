import { createServer } from "node:http";
import { join } from "node:path";
import { Pool } from "undici";
import { encodeTaskRequest, isSelvedgeError, pipelinePath } from "../../src/contract/index.ts";
import { TaskProcess } from "../../src/inference/task-process.ts";
import { assertEquals } from "../assert.ts";
import { eventually, processesWith, temporaryFolder } from "../project.ts";

/** A process of tasks with short limits, reached as the engine reaches it. */
async function openTasks(limits: { idleMs: number; taskMs: number }) {
  const folder = await temporaryFolder();
  const socket = join(folder.path, "tasks");
  const tasks = new TaskProcess(socket, join(folder.path, "engine"), limits);
  const server = createServer(async (request, response) => {
    const answer = await tasks.route(request, pipelinePath, new AbortController().signal)!
      .catch((error) => ({ status: 503, body: isSelvedgeError(error) ? error.code : String(error) }));
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(join(folder.path, "server"), resolve));
  const pool = new Pool("http://tasks", { socketPath: join(folder.path, "server") });
  return {
    post: async (body: Uint8Array | AsyncIterable<Uint8Array>) => {
      const answer = await pool.request({ path: pipelinePath, method: "POST", body: body as Uint8Array });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    processes: () => processesWith(`main.ts ${socket}`.replaceAll(" ", "\0")),
    async [Symbol.asyncDispose]() {
      await pool.destroy();
      server.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const unknown = encodeTaskRequest({ task: "nothing", model: "none", caller: "test" });

Deno.test("the process starts with the first task, ends when it is idle, and starts again", async () => {
  await using tasks = await openTasks({ idleMs: 300, taskMs: 60_000 });
  assertEquals(await tasks.processes(), []);
  for (const round of [1, 2]) {
    assertEquals((await tasks.post(unknown)).status, 400, `round ${round}`);
    assertEquals((await tasks.processes()).length, 1);
    await eventually(
      async () => (await tasks.processes()).length === 0 ? true : undefined,
      () => "the end of the idle process",
    );
  }
});

Deno.test("a task that does not end ends the process, and the next is served by another", async () => {
  await using tasks = await openTasks({ idleMs: 300, taskMs: 1_500 });
  const endless = async function* () {
    yield unknown.subarray(0, 10);
    await new Promise(() => {});
  };
  const { status, text } = await tasks.post(endless());
  assertEquals([status, text], [503, "ENGINE_UNAVAILABLE"]);
  assertEquals((await tasks.post(unknown)).status, 400);
  await eventually(
    async () => (await tasks.processes()).length === 0 ? true : undefined,
    () => "the end of the idle process",
  );
});
