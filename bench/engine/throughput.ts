import { findEmbeddingModel, ModelStore } from "../../src/models/index.ts";
import { type Figure, percentile } from "../statistics.ts";
import { type Contender, startChild } from "./contender.ts";
import { direct } from "./direct.ts";
import type { OpenEngine } from "./engine-contender.ts";
import { openTexts } from "./texts.ts";
import { wasmLibrary } from "./wasm-library.ts";

const rounds = 5;
/** What each contender embeds in a round: a second or two for the fast ones, and no more for the slow ones. */
const textsPerRound = 640;
const textsPerRoundSlow = 64;
/** The engines and the graphs called directly come first. */
const fastContenders = 4;

interface Measured {
  readonly contender: Contender;
  readonly textsPerSecond: number[];
}

/** Texts a second of the engine and of everything it is compared with, interleaved, medians. */
export async function throughput(
  texts: readonly string[],
  { fp32, int8 }: { fp32: OpenEngine; int8: OpenEngine },
): Promise<Figure[]> {
  const own = await openBaselines();
  const measured = [int8, fp32, ...own].map((contender): Measured => ({ contender, textsPerSecond: [] }));
  for (let round = 0; round <= rounds; round++) {
    for (const [index, { contender, textsPerSecond }] of measured.entries()) {
      const count = index < fastContenders ? textsPerRound : textsPerRoundSlow;
      const first = round * textsPerRound % (texts.length - count);
      const milliseconds = await contender.embed(texts.slice(first, first + count));
      // The first round loads what is loaded on first use.
      if (round > 0) textsPerSecond.push(1_000 * count / milliseconds);
    }
  }
  for (const baseline of own) await baseline.close();
  const medians = measured.map(({ textsPerSecond }) => percentile(textsPerSecond, 0.5));
  return figures(measured.map(({ contender }) => contender.name), medians);
}

async function openBaselines(): Promise<Contender[]> {
  const folder = await new ModelStore().folderOf(await findEmbeddingModel("gte-small"));
  const encode = await openTexts(folder);
  const graphOf = async (model: string) => {
    const { modelSha256: digest, model: path } = await new ModelStore().locate(
      await findEmbeddingModel(model),
    );
    return { digest, path };
  };
  return [
    await direct("the int8 graph called directly, perfect batches", await graphOf("gte-small-int8"), encode),
    await direct("the fp32 graph called directly, perfect batches", await graphOf("gte-small"), encode),
    await startChild("transformers.js on the native runtime, fp32", "transformers", folder),
    await startChild("onnxruntime-web (WASM), fp32, one thread", "web", `${folder}\n${await wasmLibrary()}`),
  ];
}

function figures(names: readonly string[], medians: readonly number[]): Figure[] {
  const [int8, fp32, directInt8, directFp32, transformers, web] = medians as [number, ...number[]];
  const rate = (value: number | undefined) => `${value!.toFixed(0)} texts/s`;
  const ratio = (name: string, own: number, baseline: number, least: number): Figure => ({
    name,
    value: `${rate(own)} / ${rate(baseline)} = ${(own / baseline).toFixed(2)}`,
    goal: `at least ${least}`,
    isReached: own / baseline >= least,
  });
  return [
    { name: names[0]!, value: rate(int8), goal: "at least 650 texts/s", isReached: int8 >= 650 },
    { name: names[1]!, value: rate(fp32), goal: "282 texts/s", isReached: fp32! >= 282 },
    ratio("int8 to fp32, both batched by the engine", int8, fp32!, 2.3),
    ratio(`int8 to ${names[2]}`, int8, directInt8!, 0.95),
    ratio(`fp32 to ${names[3]}`, fp32!, directFp32!, 0.95),
    ratio(`int8 to ${names[4]}`, int8, transformers!, 5),
    ratio(`int8 to ${names[5]}`, int8, web!, 15),
  ];
}
