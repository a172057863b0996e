import { assertEquals, assertMatch } from "../../test/assert.ts";
import type { OptimiseJob } from "./derive-model.ts";
import { findModel } from "./find-model.ts";
import { removeModel } from "./inventory.ts";
import { pullModel } from "./pull.ts";
import { never, selvedgeErrorOf, temporaryStore, tinyHub, tinyModel } from "./tiny-model.ts";

const cosine = { firstPercentile: 1, worst: 1 };

/** An optimiser that writes `text`, and remembers what it was given. */
function writing(text: string) {
  const jobs: OptimiseJob[] = [];
  const optimise = async (job: OptimiseJob) => {
    jobs.push(job);
    await Deno.writeTextFile(job.target, text);
    return { bytes: text.length, sha256: "unused", cosine };
  };
  return { jobs, optimise };
}

Deno.test("an int8 model is made out of the fp32 one, which is fetched first, and held to its digest", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const { store } = place;
  await store.added.add(tinyModel());
  const options = { store, signal: never, env: hub.env };
  const derived = await findModel("tiny-int8", store);
  const { jobs, optimise } = writing("int8 graph");
  const located = await pullModel(derived, { ...options, optimise });
  assertEquals(await Deno.readTextFile(located.model), "int8 graph");
  assertEquals(jobs[0]?.graph, (await store.locate(tinyModel())).model);
  assertEquals(located.tokenizer, (await store.locate(tinyModel())).tokenizer);
  await pullModel(derived, { ...options, optimise });
  assertEquals(jobs.length, 1, "it is there already");

  await removeModel(derived, { store });
  const error = await selvedgeErrorOf(pullModel(derived, { ...options, ...writing("another graph") }));
  assertEquals(error.code, "MODEL_CORRUPT");
  assertMatch(error.message, /Cannot make model "tiny-int8": expected 10 bytes .*came 13 bytes/);
  await pullModel(derived, { ...options, optimise });
  assertEquals((await place.names()).filter((name) => name.endsWith(".part")), []);
});

Deno.test("an optimiser that fails leaves nothing behind", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const { store } = place;
  await store.added.add(tinyModel());
  const optimise = async (job: OptimiseJob) => {
    await Deno.writeTextFile(job.target, "half a gra");
    throw new Error("the graph is strange");
  };
  const pull = pullModel(await findModel("tiny-int8", store), {
    store,
    signal: never,
    env: hub.env,
    optimise,
  });
  assertEquals(await pull.catch((error) => error.message), "the graph is strange");
  assertEquals((await place.names()).length, 4);
});

Deno.test("forgetting an added model forgets the int8 one made out of it", async () => {
  await using hub = tinyHub(() => undefined);
  await using place = await temporaryStore();
  const { store } = place;
  const added = { ...tinyModel(), origin: "added" } as const;
  await store.added.add(added);
  const derived = await findModel("tiny-int8", store);
  await pullModel(derived, { store, signal: never, env: hub.env, ...writing("int8 graph") });
  await removeModel(added, { store });
  assertEquals(await place.names(), []);
  assertEquals(await store.isRecorded(derived), false);
  assertEquals((await selvedgeErrorOf(findModel("tiny", store))).code, "MODEL_UNKNOWN");
});
