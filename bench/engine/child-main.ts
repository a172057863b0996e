/**
 * A contender in a process of its own: `child-main.ts KIND ARGUMENT`. Reads lines of JSON, each an array of texts,
 * and answers each with a line: the milliseconds it took to embed them.
 */
import { lines } from "../../src/kit/lines.ts";

type Embed = (texts: readonly string[]) => Promise<unknown>;

const kinds: Readonly<Record<string, (argument: string) => Promise<Embed>>> = {
  async transformers(folder) {
    const { pipeline, env } = await import("@huggingface/transformers");
    Object.assign(env, { allowRemoteModels: false });
    const extract = await pipeline("feature-extraction", folder, { dtype: "fp32" });
    const options = { pooling: "mean", normalize: true } as const;
    return async (texts) => {
      for (const text of texts) await extract(text, options);
    };
  },
  async web(argument) {
    const [folder, library] = argument.split("\n");
    const [ort, { openTexts }] = await Promise.all([import(library!), import("./texts.ts")]);
    ort.env.wasm.numThreads = 1;
    const session = await ort.InferenceSession.create(await Deno.readFile(`${folder}/onnx/model.onnx`));
    const encode = await openTexts(folder!);
    return async (texts) => {
      for (const text of texts) {
        const ids = BigInt64Array.from(encode(text), BigInt);
        const tensor = (data: BigInt64Array) => new ort.Tensor("int64", data, [1, data.length]);
        await session.run({
          input_ids: tensor(ids),
          attention_mask: tensor(ids.map(() => 1n)),
          token_type_ids: tensor(ids.map(() => 0n)),
        });
      }
    };
  },
};

const [kind, argument] = Deno.args;
const embed = await kinds[kind!]!(argument!);
console.log("ready");
for await (const line of lines(Deno.stdin.readable)) {
  const startedAt = performance.now();
  await embed(JSON.parse(line));
  console.log(performance.now() - startedAt);
}
