import { assertEquals, assertMatch } from "../../../test/assert.ts";
import { temporaryFolder } from "../../../test/project.ts";
import { SelvedgeError } from "../../contract/index.ts";
import { findEmbeddingModel } from "../find-model.ts";
import { isInstalled, removeModel } from "../inventory.ts";
import { never, selvedgeErrorOf, temporaryStore } from "../tiny-model.ts";
import type { CheckModelJob } from "../check-model.ts";
import { addModel } from "./add-model.ts";

const check = () => Promise.resolve({ dimensions: 4 });
const graph = "not looked at here";
const files = {
  "onnx/model.onnx": graph,
  "tokenizer.json": "{}",
  "tokenizer_config.json": '{"model_max_length":256}',
  "config.json": '{"model_type":"bert","max_position_embeddings":512}',
};

Deno.test("a folder is tried, then found by its name, and forgotten when removed", async () => {
  await using place = await temporaryStore();
  await using folder = await temporaryFolder(
    { ...files, "1_Pooling/config.json": '{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}' },
  );
  const { store } = place;
  const jobs: CheckModelJob[] = [];
  const added = await addModel({
    from: folder.path,
    name: "mine",
    queryPrefix: "find: ",
    store,
    signal: never,
    check: (job) => (jobs.push(job), check()),
  });
  assertEquals(jobs[0]?.maxTokens, 256);
  const found = await findEmbeddingModel("mine", store);
  assertEquals(found, added);
  const { dimensions, maxTokens, pooling, prefixes, precision } = found;
  assertEquals({ dimensions, maxTokens, pooling, precision }, {
    dimensions: 4,
    maxTokens: 256,
    pooling: "cls",
    precision: "fp32",
  });
  assertEquals(prefixes, { query: "find: ", passage: "" });
  assertEquals(await Deno.readTextFile((await store.locate(found)).model), graph);
  assertEquals((await findEmbeddingModel("mine-int8", store)).derivedFrom, "mine");

  await removeModel(found, { store });
  assertEquals(await place.names(), []);
  assertEquals((await selvedgeErrorOf(findEmbeddingModel("mine", store))).code, "MODEL_UNKNOWN");
});

Deno.test("of a model that fails its trial nothing is left, and nothing remembered", async () => {
  await using place = await temporaryStore();
  await using folder = await temporaryFolder(files);
  const refuse = () => Promise.reject(new SelvedgeError("MODEL_INVALID", "It crashed"));
  const add = addModel({
    from: folder.path,
    name: "mine",
    store: place.store,
    signal: never,
    check: refuse,
  });
  assertEquals(
    (await selvedgeErrorOf(add)).message,
    `Cannot add model "mine" from ${folder.path}: It crashed`,
  );
  assertEquals(await place.names(), []);
  assertEquals(await place.store.added.list(), []);
});

Deno.test("weights beside the graph come with it, and lie beside it in the store", async () => {
  await using place = await temporaryStore();
  await using folder = await temporaryFolder({ ...files, "onnx/model.onnx_data": "weights" });
  const entry = await addModel({
    from: folder.path,
    name: "large",
    store: place.store,
    signal: never,
    check,
  });
  const { model } = await place.store.locate(entry);
  assertEquals(await Deno.readTextFile(`${model}_data`), "weights");
});

const refusals: {
  name: string;
  files: Record<string, string>;
  options?: object;
  code: string;
  says: RegExp;
}[] = [
  {
    name: "a folder without a graph",
    files: { ...files, "onnx/model.onnx": "" },
    code: "MODEL_CORRUPT",
    says: /onnx\/model\.onnx: expected 1 to \d+ bytes, came 0 bytes$/,
  },
  {
    name: "a folder that lacks what every model needs",
    files: { "tokenizer.json": "{}" },
    code: "MODEL_INVALID",
    says: /it has no config\.json, no tokenizer_config\.json, no onnx\/model\.onnx or model\.onnx/,
  },
  {
    name: "a configuration too large for one",
    files: { ...files, "config.json": " ".repeat(1_000_001) },
    code: "MODEL_CORRUPT",
    says: /config\.json: expected 1 to 1000000 bytes, came more/,
  },
  {
    name: "a configuration that is none",
    files: { ...files, "config.json": '{"model_type"' },
    code: "MODEL_INVALID",
    says: /Cannot read the model's config\.json: /,
  },
  {
    name: "a pooling nobody here knows",
    files: { ...files, "1_Pooling/config.json": '{"pooling_mode_max_tokens":true}' },
    code: "MODEL_INVALID",
    says: /expected mean, cls or last token; say --pooling/,
  },
  {
    name: "more tokens than the model has positions for",
    files,
    options: { maxTokens: 1024 },
    code: "USAGE_INVALID",
    says: /the model has positions for 512$/,
  },
  {
    name: "a name of the catalogue",
    files,
    options: { name: "gte-small" },
    code: "USAGE_INVALID",
    says: /the catalogue has that name; choose another with --name$/,
  },
  {
    name: "the name that a catalogue's int8 model has",
    files,
    options: { name: "e5-small-v2-int8" },
    code: "USAGE_INVALID",
    says: /no "-int8" at the end/,
  },
  {
    name: "a name that is none",
    files,
    options: { name: "../mine" },
    code: "USAGE_INVALID",
    says: /lower-case letters, digits, dots and dashes/,
  },
  {
    name: "a source that is none",
    files,
    options: { from: "npm:mine" },
    code: "USAGE_INVALID",
    says: /expected a folder, OWNER\/REPOSITORY@REVISION/,
  },
];

for (const { name, files, options, code, says } of refusals) {
  Deno.test(`${name} is refused in words that help, and leaves nothing`, async () => {
    await using place = await temporaryStore();
    await using folder = await temporaryFolder(files);
    const { store } = place;
    const error = await selvedgeErrorOf(
      addModel({ from: folder.path, name: "mine", store, signal: never, check, ...options }),
    );
    assertEquals(error.code, code);
    assertMatch(error.message, says);
    assertEquals(await place.names(), []);
  });
}

Deno.test("the same name a second time is refused, with the command that frees it", async () => {
  await using place = await temporaryStore();
  await using folder = await temporaryFolder(files);
  const options = { from: folder.path, name: "mine", store: place.store, signal: never, check };
  await addModel(options);
  const error = await selvedgeErrorOf(addModel(options));
  assertMatch(error.message, /it is there already; first run: selvedge models rm mine$/);
});

Deno.test("two processes that add one name at once: one does, the other is told", async () => {
  await using place = await temporaryStore();
  await using folder = await temporaryFolder(files);
  const both = Promise.withResolvers<void>();
  let waiting = 0;
  const checkTogether = async () => {
    if (++waiting === 2) both.resolve();
    await both.promise;
    return { dimensions: 4 };
  };
  const options = { from: folder.path, name: "mine", store: place.store, signal: never };
  const added = await Promise.allSettled(
    [0, 1].map(() => addModel({ ...options, check: checkTogether })),
  );
  assertEquals(added.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assertEquals(await isInstalled(await findEmbeddingModel("mine", place.store), place.store), true);
});
