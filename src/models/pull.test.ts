import { join } from "node:path";
import { assertEquals, assertMatch } from "../../test/assert.ts";
import { pullModel, type PullProgress } from "./pull.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyContents, tinyHub, tinyModel } from "./tiny-model.ts";

const entry = tinyModel();
const digests = entry.files.map(({ sha256 }) => sha256).toSorted();
const weights = tinyContents.get("onnx/model.onnx") ?? new Uint8Array();

Deno.test("brings every file from the hub, and says how far it is", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const heard: PullProgress[] = [];
  const onProgress = (progress: PullProgress) => heard.push(progress);
  const located = await pullModel(entry, { store: place.store, signal: never, env: hub.env, onProgress });
  assertEquals(await place.names(), digests);
  assertEquals(await Deno.readFile(located.model), weights);
  assertEquals(located.modelSha256, entry.files[0]?.sha256);
  assertEquals(heard.filter(({ phase }) => phase !== "receiving").map(({ phase }) => phase), [
    ...["start", "end", "start", "end", "start", "end", "start", "end"] as const,
  ]);
  const last = heard.findLast(({ phase }) => phase === "receiving");
  assertEquals(last?.phase === "receiving" && last.receivedBytes === last.totalBytes, true);
});

Deno.test("asks nobody when all is there, and only for what is missing", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const options = { store: place.store, signal: never, env: hub.env };
  const { tokenizer } = await pullModel(entry, options);
  await pullModel(entry, options);
  assertEquals(hub.asked.length, 4);
  await Deno.truncate(tokenizer, 3);
  await pullModel(entry, options);
  assertEquals(hub.asked.slice(4), ["tokenizer.json"]);
  assertEquals(await Deno.readFile(tokenizer), tinyContents.get("tokenizer.json"));
});

Deno.test("a folder named for the pull comes first, by any of its layouts; the environment's comes last", async () => {
  await using hub = tinyHub((path) =>
    path === "tokenizer.json" ? new Response("no", { status: 404 }) : undefined
  );
  await using place = await temporaryStore();
  const usb = join(place.folder, "usb");
  await Deno.mkdir(join(usb, "tiny"), { recursive: true });
  await Deno.writeFile(join(usb, "tiny", "model.onnx"), weights);
  await Deno.writeTextFile(join(usb, "model.onnx"), "another model's");
  const options = { store: place.store, signal: never };
  const named = pullModel(entry, { ...options, directory: usb, env: hub.env });
  assertMatch((await selvedgeErrorOf(named)).message, /folder .*: tokenizer\.json: no such .*\n.*HTTP 404/);
  assertEquals(hub.asked, ["tokenizer.json"]);
  await Deno.writeFile(join(usb, "tokenizer.json"), tinyContents.get("tokenizer.json") ?? new Uint8Array());
  await Deno.writeTextFile(join(usb, "tokenizer_config.json"), "of another size");
  const error = await selvedgeErrorOf(
    pullModel(entry, { ...options, directory: usb, env: { HF_ENDPOINT: "http://x.invalid" } }),
  );
  assertEquals(error.code, "MODEL_CORRUPT");
  assertMatch(
    error.message,
    /tokenizer_config\.json: expected 24 bytes .*, came .*tokenizer_config\.json of 15 bytes/,
  );
  await pullModel(entry, { ...options, env: { ...hub.env, SELVEDGE_MODELS_FROM: usb } });
  assertEquals(await place.names(), digests);
  assertEquals(hub.asked, ["tokenizer.json", "tokenizer_config.json", "config.json"]);
});

Deno.test("two processes pulling at once both succeed and leave one good copy", async () => {
  const arrived = Promise.withResolvers<void>();
  let waiting = 0;
  await using hub = tinyHub(async (path) => {
    if (path === "onnx/model.onnx" && ++waiting === 2) arrived.resolve();
    if (path === "onnx/model.onnx") await arrived.promise;
    return new Response(tinyContents.get(path));
  });
  await using place = await temporaryStore();
  const program = `
    import { ModelStore, pullModel } from ${JSON.stringify(import.meta.resolve("./index.ts"))};
    const [folder, entry] = JSON.parse(Deno.args[0]);
    await pullModel(entry, { store: new ModelStore(folder), signal: new AbortController().signal });`;
  const run = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", program, JSON.stringify([place.folder, entry])],
      env: hub.env,
      stderr: "piped",
    }).output();
  const outputs = await Promise.all([run(), run()]);
  for (const { success, stderr } of outputs) assertEquals(success, true, new TextDecoder().decode(stderr));
  assertEquals(waiting, 2);
  assertEquals(await place.names(), digests);
  const { model } = await place.store.locate(entry);
  assertEquals(await Deno.readFile(model), weights);
});
