import { findEmbeddingModel, ModelStore } from "../../src/models/index.ts";
import { type Figure, percentile } from "../statistics.ts";
import { type Contender, startChild } from "./contender.ts";
import { direct } from "./direct.ts";
import type { OpenEngine } from "./engine-contender.ts";
import { openTexts } from "./texts.ts";
import { wasmLibrary } from "./wasm-library.ts";

const rounds = 7;
/** What each contender embeds in a round: a second or two for the fast ones, and no more for the slow ones. */
const textsPerRound = 640;
const textsPerRoundSlow = 64;
/** The engines and the graphs called directly come first. */
const fastContenders = 4;

interface Measured {
  readonly contender: Contender;
  readonly textsPerSecond: number[];
}

/** Texts a second of the engine and of everything it is compared with, interleaved; medians over the rounds. */
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
  return figures(measured);
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

function figures(measured: readonly Measured[]): Figure[] {
  const [int8, fp32, directInt8, directFp32, transformers, web] = measured as [Measured, ...Measured[]];
  const median = ({ textsPerSecond }: Measured) => percentile(textsPerSecond, 0.5);
  const rate = (of: Measured) => `${median(of).toFixed(0)} texts/s`;
  const absolute = (of: Measured, least: number): Figure => ({
    name: of.contender.name,
    value: rate(of),
    goal: `at least ${least} texts/s`,
    isReached: median(of) >= least,
  });
  const ratio = (own: Measured, baseline: Measured, least: number): Figure => {
    // Of each round by itself: the machine's own speed changes between rounds.
    const ratios = own.textsPerSecond.map((value, round) => value / baseline.textsPerSecond[round]!);
    const value = percentile(ratios, 0.5);
    return {
      name: `${own.contender.name}, to ${baseline.contender.name}`,
      value: `${rate(own)} / ${rate(baseline)} = ${value.toFixed(2)}`,
      goal: `at least ${least}`,
      isReached: value >= least,
    };
  };
  return [
    absolute(int8, 650),
    absolute(fp32!, 282),
    ratio(int8, fp32!, 2.3),
    ratio(int8, directInt8!, 0.95),
    ratio(fp32!, directFp32!, 0.95),
    ratio(int8, transformers!, 5),
    ratio(int8, web!, 15),
  ];
}
