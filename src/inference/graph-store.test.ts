import { join } from "node:path";
import { temporaryFolder } from "../../test/project.ts";
import { assertEquals, assertRejects } from "../../test/assert.ts";
import { GraphStore } from "./graph-store.ts";

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield* [...text].map((letter) => new TextEncoder().encode(letter));
  await Promise.resolve();
}

const names = async (folder: string) =>
  (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).toSorted();

Deno.test("a graph is named by its digest, and found by it", async () => {
  await using folder = await temporaryFolder();
  const store = new GraphStore(folder.path);
  const graph = await store.keep(chunks("abc"));
  assertEquals(graph.digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assertEquals(await Deno.readTextFile(graph.path), "abc");
  assertEquals(await store.find(graph.digest), graph);
  assertEquals(await store.find("0".repeat(64)), undefined);
});

Deno.test("when graphs outgrow the limit, the one unused for longest goes", async () => {
  await using folder = await temporaryFolder();
  const store = new GraphStore(folder.path, 6);
  const [first, second] = [await store.keep(chunks("aaa")), await store.keep(chunks("bbb"))];
  await Deno.utime(first.path, new Date(1_000), new Date(1_000));
  await Deno.utime(second.path, new Date(2_000), new Date(2_000));
  await store.find(first.digest);
  const third = await store.keep(chunks("ccc"));
  assertEquals(await names(folder.path), [`${first.digest}.onnx`, `${third.digest}.onnx`].toSorted());
  const large = await store.keep(chunks("larger than all"));
  assertEquals(await names(folder.path), [`${large.digest}.onnx`]);
});

Deno.test("a URL is held to what it had, and a part of a broken one is not left", async () => {
  await using folder = await temporaryFolder();
  let content: BodyInit = "first";
  await using hub = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response(content),
  );
  const store = new GraphStore(folder.path);
  const url = `http://127.0.0.1:${hub.addr.port}/model.onnx`;
  const graph = await store.fetch(url);
  content = "second";
  assertEquals(await store.fetch(url), graph);
  await Deno.remove(graph.path);
  await assertRejects(store.fetch(url), { code: "MODEL_CORRUPT" });
  content = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("half"));
      setTimeout(() => controller.error(new Error("cut")), 50);
    },
  });
  await assertRejects(store.fetch(url), { code: "MODEL_UNREACHABLE" });
  assertEquals((await names(folder.path)).filter((name) => name.endsWith(".part")), []);
});

Deno.test("a folder that cannot be made is an error, not a hang", async () => {
  await using folder = await temporaryFolder({ "file": "" });
  await assertRejects(new GraphStore(join(folder.path, "file/graphs")).keep(chunks("a")));
});
