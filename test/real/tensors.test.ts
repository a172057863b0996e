import { onnxRuntime } from "../../src/onnx/index.ts";
import { assertEquals, assertMatch, assertRejects, assertThrows, assertTrue } from "../assert.ts";
import { codeOf, openEngine } from "../engine.ts";
import { castGraph, identityGraph, onnxGraph } from "../onnx-graph.ts";

let opened: Awaited<ReturnType<typeof openEngine>>;
let ort: ReturnType<typeof onnxRuntime>;
Deno.test.beforeAll(async () => {
  opened = await openEngine();
  ort = onnxRuntime({ connection: opened.client.connection, caller: () => "test" });
});
Deno.test.afterAll(async () => await opened[Symbol.asyncDispose]());

/** Values at the edges of each type. */
const edges = {
  float32: Float32Array.of(0, -1.5, 3.4e38, NaN, -Infinity),
  float64: Float64Array.of(0, -1.5, 1.7e308),
  float16: Float16Array.of(0, -1.5, 65504, 6e-8),
  int8: Int8Array.of(-128, 0, 127),
  uint8: Uint8Array.of(0, 255),
  int16: Int16Array.of(-32768, 32767),
  uint16: Uint16Array.of(0, 65535),
  int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  uint32: Uint32Array.of(0, 2 ** 32 - 1),
  int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
  uint64: BigUint64Array.of(0n, 2n ** 64n - 1n),
  bool: Uint8Array.of(0, 1, 1),
  string: ["", "héllo", "😀\nline"],
} as const;

async function identity(type: keyof typeof edges, data: unknown, dims: readonly number[]) {
  const session = await ort.InferenceSession.create(identityGraph(type));
  return (await session.run({ x: new ort.Tensor(type, data, dims) })).y!;
}

Deno.test("every element type comes back from a graph as it went in, and as the type it is", async () => {
  for (const [type, data] of Object.entries(edges)) {
    const output = await identity(type as keyof typeof edges, data, [data.length]);
    assertEquals([output.type, output.dims, output.size], [type, [data.length], data.length]);
    assertEquals(output.data, data, type);
  }
});

Deno.test("half floats may come as their bits, and no elements at all are a tensor too", async () => {
  const bits = Uint16Array.of(0x3c00, 0xc000);
  assertEquals((await identity("float16", bits, [2])).data, Float16Array.of(1, -2));
  assertEquals((await identity("string", [], [0])).data, []);
  assertEquals((await identity("float32", [], [0])).data, new Float32Array());
});

Deno.test("a graph may give another type than it takes", async () => {
  const session = await ort.InferenceSession.create(castGraph("float32", "string"));
  const { y } = await session.run({ x: new ort.Tensor("float32", [1.5, -2], [2]) });
  assertEquals([y!.type, y!.data], ["string", ["1.5", "-2"]]);
  const halves = await ort.InferenceSession.create(castGraph("int64", "float16"));
  const { y: half } = await halves.run({ x: new ort.Tensor("int64", [7, 8n], [2]) });
  assertEquals(half!.data, Float16Array.of(7, 8));
});

Deno.test("only the outputs that are named come back, and an unknown name is said", async () => {
  const nodes = ["y", "z"].map((output) => ({ operator: "Identity", inputs: ["x"], output }));
  const graph = onnxGraph([["x", "int32", ["n"]]], [["y", "int32", ["n"]], ["z", "int32", ["n"]]], nodes);
  const session = await ort.InferenceSession.create(graph);
  const feeds = { x: new ort.Tensor("int32", [3], [1]) };
  assertEquals(Object.keys(await session.run(feeds)), ["y", "z"]);
  assertEquals(Object.keys(await session.run(feeds, ["z"])), ["z"]);
  await assertRejects(session.run(feeds, ["w"]), { code: "INPUT_INVALID" });
});

Deno.test("a session says its inputs and outputs, and is known by the digest of its graph", async () => {
  const session = await ort.InferenceSession.create(identityGraph("int8"));
  assertEquals([session.inputNames, session.outputNames], [["x"], ["y"]]);
  assertEquals(session.inputMetadata, [{ name: "x", isTensor: true, type: "int8", shape: ["n"] }]);
  assertMatch(session.sessionId, /^[0-9a-f]{64}$/);
  assertEquals((await ort.InferenceSession.create(identityGraph("int8"))).sessionId, session.sessionId);
});

Deno.test("bfloat16 is refused with what to do instead", async () => {
  assertThrows(() => new ort.Tensor("bfloat16", new Uint16Array(1), [1]), /INPUT_INVALID|cast it to float32/);
  const refused = ort.InferenceSession.create(identityGraph("bfloat16")).then((session) =>
    session.run({ x: new ort.Tensor("uint16", [1], [1]) })
  );
  assertMatch(await codeOf(refused), /INPUT_INVALID|MODEL_INVALID/);
});

Deno.test("tensors that cannot be are refused where they are made", () => {
  const { Tensor } = ort;
  const refused = { code: "INPUT_INVALID" };
  assertThrows(() => new Tensor("float32", new Float32Array(3), [2]), refused);
  assertThrows(() => new Tensor("float32", new Float32Array(1), [-1]), refused);
  assertThrows(() => new Tensor("float32", new Float32Array(0), [0, 2 ** 40]), refused);
  assertThrows(() => new Tensor("float32", new Float32Array(1), [1.5]), refused);
  assertThrows(() => new Tensor("float32", new Float64Array(1), [1]), refused);
  assertThrows(() => new Tensor("string", [1], [1]), refused);
  assertThrows(() => new Tensor("int64", ["one"], [1]), refused);
  assertThrows(() => new Tensor("complex64", [1], [1]), refused);
});

Deno.test("feeds that do not fit the graph are refused, and the engine lives", async () => {
  const before = opened.engine.processId;
  const session = await ort.InferenceSession.create(identityGraph("float32"));
  const good = new ort.Tensor("float32", [1], [1]);
  const refused = { code: "INPUT_INVALID" };
  await assertRejects(session.run({}), refused);
  await assertRejects(session.run({ x: new ort.Tensor("int32", [1], [1]) }), refused);
  await assertRejects(session.run({ x: new ort.Tensor("float32", [1], [1, 1]) }), refused);
  await assertRejects(session.run({ x: good, z: good }), refused);
  const lies = { type: "float32", data: new Float32Array(1), dims: [1e9] };
  await assertRejects(session.run({ x: lies }), refused);
  assertEquals((await session.run({ x: good })).y!.data, Float32Array.of(1));
  assertEquals(opened.engine.processId, before);
});

Deno.test("what is not a map of tensors is refused by the engine itself", async () => {
  const { connection } = opened.client;
  const { sessionId } = await ort.InferenceSession.create(identityGraph("float32"));
  const frame = (head: unknown, lengths: number[], bytes: number[]) => {
    const text = new TextEncoder().encode(JSON.stringify({ head, lengths }));
    const padding = new Uint8Array((8 - (4 + text.length) % 8) % 8);
    return Uint8Array.of(text.length, 0, 0, 0, ...text, ...padding, ...bytes);
  };
  const x = { name: "x", type: "float32", dims: [1] };
  const bodies = [
    new Uint8Array(),
    new Uint8Array(3),
    Uint8Array.of(255, 255, 255, 255, 1),
    new TextEncoder().encode("none of it"),
    frame([x], [4], [0, 0]),
    frame([x], [-4], [0, 0, 0, 0]),
    frame([x], [3], [0, 0, 0]),
    frame([{ ...x, dims: [-1] }], [4], [0, 0, 0, 0]),
    frame([{ ...x, dims: "1" }], [4], [0, 0, 0, 0]),
    frame([{ ...x, type: "__proto__" }], [4], [0, 0, 0, 0]),
    frame([{ ...x, type: "string" }], [0], []),
    frame([x, x], [4, 4], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  ];
  for (const body of bodies) {
    assertEquals(
      await codeOf(connection.post(`/sessions/${sessionId}/run`, body)),
      "INPUT_INVALID",
      `${body}`,
    );
  }
  const unknown = connection.post(`/sessions/${"0".repeat(64)}/run`, frame([x], [4], [0, 0, 0, 0]));
  assertEquals(await codeOf(unknown), "MODEL_MISSING");
});

Deno.test("a graph that cannot be loaded is refused, and the engine lives", async () => {
  const before = opened.engine.processId;
  const refused = { code: "MODEL_INVALID" };
  await assertRejects(ort.InferenceSession.create(new Uint8Array(1000)), refused);
  await assertRejects(ort.InferenceSession.create(new Uint8Array()), refused);
  await assertRejects(ort.InferenceSession.create(identityGraph("float32").slice(0, 30)), refused);
  await assertRejects(ort.InferenceSession.create("/etc/passwd"), { code: "INPUT_INVALID" });
  const outside = opened.client.connection.post(
    "/sessions",
    JSON.stringify({ model: "gte-small", path: "../../secret" }),
    { headers: { "content-type": "application/json" } },
  );
  assertEquals(await codeOf(outside), "INPUT_INVALID");
  const weights = { externalData: [{ path: "model.onnx_data", data: new Uint8Array(1) }] };
  await assertRejects(ort.InferenceSession.create(identityGraph("float32"), weights), {
    code: "INPUT_INVALID",
  });
  assertEquals(opened.engine.processId, before);
});

Deno.test("a graph is fetched from its URL once, and a URL without one is said", async () => {
  let requests = 0;
  const path = `/${crypto.randomUUID()}/model.onnx`;
  await using hub = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    requests++;
    const isThere = new URL(request.url).pathname === path;
    return isThere ? new Response(identityGraph("uint8")) : new Response("no", { status: 404 });
  });
  const create = (name: string) =>
    ort.InferenceSession.create(new TextEncoder().encode(`http://127.0.0.1:${hub.addr.port}${name}`));
  const [session] = await Promise.all([create(path), create(path)]);
  assertEquals((await session!.run({ x: new ort.Tensor("uint8", [9], [1]) })).y!.data, Uint8Array.of(9));
  await create(path);
  assertEquals(requests, 1);
  await assertRejects(create("/nowhere.onnx"), { code: "MODEL_UNREACHABLE" });
});

Deno.test("a run whose caller has gone is dropped, and another's is not", async () => {
  const leaving = new AbortController();
  const mine = onnxRuntime({
    connection: opened.client.connection,
    caller: () => "leaving",
    signal: () => leaving.signal,
  });
  const session = await mine.InferenceSession.create(identityGraph("float32"));
  const x = new mine.Tensor("float32", new Float32Array(1_000_000));
  const runs = Array.from({ length: 8 }, () => codeOf(session.run({ x })));
  leaving.abort();
  for (const code of await Promise.all(runs)) assertMatch(code, /AbortError|no error/);
  const other = await ort.InferenceSession.create(identityGraph("float32"));
  assertEquals((await other.run({ x })).y!.size, 1_000_000);
});

Deno.test("sessions outlive the engine that opened them", async () => {
  const session = await ort.InferenceSession.create(identityGraph("int16"));
  Deno.kill(opened.engine.processId, "SIGKILL");
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const output = await session.run({ x: new ort.Tensor("int16", [5], [1]) }).catch((error) => error.code);
    if (output === "ENGINE_UNAVAILABLE") {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    assertEquals(output.y.data, Int16Array.of(5));
    return;
  }
  assertTrue(false, "the engine never came back");
});
