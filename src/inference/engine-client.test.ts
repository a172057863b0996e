import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { encodeEmbedReply, isSelvedgeError } from "../contract/index.ts";
import { assertEquals, assertTrue } from "../../test/assert.ts";
import { EngineClient } from "./engine-client.ts";

const request = {
  model: "gte-small",
  inputs: ["text"],
  meanPool: true,
  normalize: true,
  caller: "test",
  tenant: "test",
};
const reply = {
  digest: "d",
  output: "float" as const,
  rows: [{ input: 0, tokens: 3, truncated: false }],
  cachedRows: 0,
  timing: { tokenizeMs: 1, queueMs: 2, runMs: 3, poolMs: 4 },
  values: [new Float32Array([0.5, 0.25])],
};
const answers: RequestListener = (_, response) => void response.end(encodeEmbedReply(reply));
const never = new AbortController().signal;

/** A socket's path, a client of it, and a way to listen there. */
async function openFake(patienceMs?: number) {
  const folder = await Deno.makeTempDir();
  const socket = join(folder, "engine");
  const client = new EngineClient(socket, patienceMs === undefined ? {} : { patienceMs });
  let close = () => {};
  return {
    client,
    async listen(listener: RequestListener) {
      const server = createServer(listener).listen(socket);
      close = () => {
        server.close();
        server.closeAllConnections();
      };
      await once(server, "listening");
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function errorOf(work: Promise<unknown>) {
  const error = await work.then(() => "no error", (error) => error);
  assertTrue(isSelvedgeError(error), String(error));
  return { code: error.code, retryAfterSeconds: error.retryAfterSeconds };
}

Deno.test("a request that found no engine waits for the next", async () => {
  await using fake = await openFake();
  const work = fake.client.embed(request, never);
  await fake.listen(answers);
  assertEquals(await work, reply);
});

Deno.test("after its patience a request says that the engine is not there", async () => {
  await using fake = await openFake(30);
  assertEquals(await errorOf(fake.client.embed(request, never)), {
    code: "ENGINE_UNAVAILABLE",
    retryAfterSeconds: 1,
  });
});

Deno.test("a request that ended three engines is not sent to a fourth", async () => {
  await using fake = await openFake();
  let sent = 0;
  await fake.listen((incoming) => {
    sent++;
    incoming.socket.destroy();
  });
  assertEquals((await errorOf(fake.client.embed(request, never))).code, "ENGINE_UNAVAILABLE");
  assertEquals(sent, 3);
});

Deno.test("what the engine says comes as an error, once, with the time to try again", async () => {
  await using fake = await openFake();
  let sent = 0;
  await fake.listen((_, response) => {
    sent++;
    response.writeHead(503).end(
      JSON.stringify({ code: "ENGINE_BUSY", message: "Full", retryAfterSeconds: 7 }),
    );
  });
  assertEquals(await errorOf(fake.client.embed(request, never)), {
    code: "ENGINE_BUSY",
    retryAfterSeconds: 7,
  });
  assertEquals(sent, 1);
});

Deno.test("aborting ends the request at the engine, and the wait for one", async () => {
  await using fake = await openFake();
  const waiting = new AbortController();
  const lost = errorOf(fake.client.embed(request, waiting.signal));
  waiting.abort();
  assertEquals((await lost).code, "CANCELLED");
  const left = Promise.withResolvers<void>();
  const leaving = new AbortController();
  await fake.listen((_, response) => {
    response.once("close", left.resolve);
    leaving.abort();
  });
  assertEquals((await errorOf(fake.client.embed(request, leaving.signal))).code, "CANCELLED");
  await left.promise;
});

Deno.test("hundreds of requests are at the engine together, and one beyond the limit is refused", async () => {
  await using fake = await openFake();
  const held: (() => void)[] = [];
  const full = Promise.withResolvers<void>();
  await fake.listen((incoming, response) => {
    held.push(() => answers(incoming, response));
    if (held.length === 1_024) full.resolve();
  });
  const many = Array.from({ length: 1_024 }, () => fake.client.embed(request, never));
  assertEquals((await errorOf(fake.client.embed(request, never))).code, "ENGINE_BUSY");
  await full.promise;
  for (const answer of held) answer();
  assertEquals((await Promise.all(many)).length, 1_024);
});
