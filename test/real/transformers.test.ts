import { assertEquals, assertTrue } from "../assert.ts";
import { identityGraph } from "../onnx-graph.ts";
import { Project } from "../project.ts";
import { openRawModel } from "../raw-model.ts";
import { findModel, ModelStore } from "../../src/models/index.ts";

const embedding = (version: string) => `
import { env, pipeline } from "npm:@huggingface/transformers@${version}";
env.useBrowserCache = true;
env.allowLocalModels = false;
env.remoteHost = Deno.env.get("HUB")!;
const embed = await pipeline("feature-extraction", "Xenova/gte-small", { device: "auto" });
Deno.serve(async (request) => {
  const output = await embed(await request.text(), { pooling: "mean", normalize: true });
  return Response.json(output.tolist());
});`;

const functions = {
  "_shared/ort.ts": `export const ort = (globalThis as any)[Symbol.for("onnxruntime")];`,
  "v3/index.ts": embedding("3.8.1"),
  "v4/index.ts": embedding("4.3.1"),
  "alias/deno.json": `{ "imports": { "transformers": "npm:@huggingface/transformers@4.3.1" } }`,
  "alias/index.ts": `
import { RawImage, Tensor } from "transformers";
Deno.serve(async () => {
  const image = await RawImage.fromBlob(new Blob(["no image"])).catch((error) => error.message);
  return Response.json({ image, tensor: new Tensor("float32", [1, 2], [2]).tolist() });
});`,
  "symbol/index.ts": `
import { ort } from "../_shared/ort.ts";
Deno.serve(async (request) => {
  const session = await ort.InferenceSession.create(new Uint8Array(await request.arrayBuffer()));
  const { y } = await session.run({ x: new ort.Tensor("float16", new Float16Array([1.5, -2]), [2]) });
  return Response.json([typeof session.sessionId, session.inputNames, session.outputNames, y.type, y.size, Array.from(y.data)]);
});`,
  "errors/index.ts": `
import { ort } from "../_shared/ort.ts";
Deno.serve(async () => {
  const code = (work: Promise<unknown>) => work.then(() => "no error", (error) => error.code ?? error.message);
  const cache = await caches.open("transformers-cache");
  const weights = await cache.match("https://hub.example/some/model/resolve/main/onnx/model.onnx");
  return Response.json({
    task: await code(Supabase.ai.pipeline("translation", "gte-small")),
    garbage: await code(ort.InferenceSession.create(new Uint8Array(64))),
    weights: await weights?.text(),
    config: await cache.match("https://hub.example/onnx-community/model/resolve/main/config.json") ?? "none",
    other: await cache.match("https://hub.example/some/model/resolve/main/tokenizer.json") ?? "none",
    local: await cache.match("/models/onnx/model.onnx") ?? "none",
    put: await code(cache.put("https://hub.example/a", new Response())),
    delete: await code(cache.delete("https://hub.example/a")),
    open: await code(caches.open("mine")),
    has: await code(caches.has("transformers-cache")),
  });
});`,
  "plain/index.ts": `Deno.serve(() => new Response("still well"));`,
};

/** A hub that has gte-small, as the real one lays it out. */
async function openHub() {
  const { files } = await findModel("gte-small");
  const store = new ModelStore();
  const config = { model_type: "bert", hidden_size: 384, num_attention_heads: 12, num_hidden_layers: 12 };
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async ({ url }) => {
    const [, path] = new URL(url).pathname.split("/resolve/main/");
    if (path === "config.json") return Response.json(config);
    const file = files.find((candidate) => candidate.path === path);
    if (!file?.sha256) return new Response("not here", { status: 404 });
    return new Response(
      (await Deno.open(store.blobs.pathOf({ sha256: file.sha256 }))).readable,
    );
  });
}

let project: Project;
let hub: Awaited<ReturnType<typeof openHub>>;
Deno.test.beforeAll(async () => {
  hub = await openHub();
  project = await Project.start({ ...functions, ".env": `HUB=http://127.0.0.1:${hub.addr.port}/` });
});
Deno.test.afterAll(async () => {
  await project.stop();
  await hub.shutdown();
});

const posted = async (name: string, body: BodyInit) =>
  await (await project.fetch(name, { method: "POST", body })).json();

for (const version of ["v3", "v4"]) {
  Deno.test(`transformers.js ${version} runs on the engine, and gives what ONNX Runtime gives`, async () => {
    const text = "Luke, I am your father.";
    const expected = await (await openRawModel()).embed(text);
    const [vector] = await posted(version, text);
    assertEquals(vector.length, 384);
    const difference = Math.max(...expected.map((value, index) => Math.abs(value - vector[index])));
    assertTrue(difference < 1e-6, `the largest difference is ${difference}`);
  });
}

Deno.test("transformers.js is known by whatever name a function gives it, and says that it cannot decode images", async () => {
  const { image, tensor } = await (await project.fetch("alias")).json();
  assertEquals(tensor, [1, 2]);
  assertEquals(image, "Cannot decode images inside a function; give them to Supabase.ai.pipeline");
});

Deno.test("a function without transformers.js has ONNX Runtime by its symbol", async () => {
  const graph = identityGraph("float16");
  assertEquals(await posted("symbol", graph), ["string", ["x"], ["y"], "float16", 2, [1.5, -2]]);
});

Deno.test("the cache stores nothing and answers for weights with their URL", async () => {
  const unavailable = "Web Cache is not available in this context";
  assertEquals(await (await project.fetch("errors")).json(), {
    task: "INPUT_INVALID",
    garbage: "MODEL_INVALID",
    weights: "https://hub.example/some/model/resolve/main/onnx/model.onnx",
    config: "none",
    other: "none",
    local: "none",
    put: unavailable,
    delete: unavailable,
    open: unavailable,
    has: unavailable,
  });
  assertEquals(await (await project.fetch("plain")).text(), "still well");
});
