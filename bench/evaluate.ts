/**
 * `npm run bench:accuracy -- DIR [MODEL…]`: embeds the sentence pairs of every `.csv` file in DIR with each model,
 * by way of the engine as it is served, and prints how well the cosines order the pairs.
 */
import { join } from "node:path";
import { EngineProcess } from "../src/inference/index.ts";
import { findEmbeddingModel } from "../src/models/index.ts";
import { EngineClient } from "../src/worker/engine-client.ts";
import { selvedgeCommand, temporaryFolder } from "../test/project.ts";
import { type PairFile, readPairFiles } from "./sentence-pairs.ts";
import { spearman } from "./spearman.ts";

const inputsPerRequest = 256;

type Vectors = ReadonlyMap<string, Float32Array>;

/** The vectors of a model as it is served, and how fast they came. */
interface Served {
  readonly vectors: Vectors;
  readonly tokensPerSecond: number;
}

async function serve(model: string, texts: readonly string[]): Promise<Served> {
  await using folder = await temporaryFolder();
  const socket = join(folder.path, "engine");
  const { signal } = new AbortController();
  const engine = await EngineProcess.start({ socket, model, telemetry: { record: () => {} }, signal });
  try {
    return await embedAll(new EngineClient(socket), model, texts);
  } finally {
    await engine.close();
  }
}

async function embedAll(client: EngineClient, model: string, texts: readonly string[]): Promise<Served> {
  const vectors = new Map<string, Float32Array>();
  let tokens = 0;
  const start = performance.now();
  for (let first = 0; first < texts.length; first += inputsPerRequest) {
    const inputs = texts.slice(first, first + inputsPerRequest);
    const whose = { caller: "evaluate", tenant: "evaluate" };
    const reply = await client.embed({ model, inputs, meanPool: true, normalize: true, ...whose });
    for (const [index, text] of inputs.entries()) vectors.set(text, Float32Array.from(reply.values[index]!));
    tokens += reply.rows.reduce((sum, row) => sum + row.tokens, 0);
  }
  return { vectors, tokensPerSecond: tokens / ((performance.now() - start) / 1000) };
}

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * right[index]!, 0);
}

function score({ pairs }: PairFile, vectors: Vectors): number {
  const cosines = pairs.map(({ sentences: [one, other] }) => cosine(vectors.get(one)!, vectors.get(other)!));
  return 100 * spearman(cosines, pairs.map((pair) => pair.score));
}

/**
 * The first percentile and the least of the cosines to the model that `model` was derived from; dashes when it is
 * derived from none.
 */
async function agreement(model: string, { vectors }: Served): Promise<[string, string]> {
  const { derivedFrom } = await findEmbeddingModel(model);
  if (derivedFrom === undefined) return ["–", "–"];
  const exact = await serve(derivedFrom, [...vectors.keys()]);
  const cosines = [...vectors].map(([text, vector]) => cosine(vector, exact.vectors.get(text)!));
  cosines.sort((a, b) => a - b);
  return [cosines[Math.floor(cosines.length / 100)]!.toFixed(4), cosines[0]!.toFixed(4)];
}

async function evaluate(folder: string, models: readonly string[]): Promise<void> {
  const files = await readPairFiles(folder);
  console.log(
    "| model | file | pairs | Spearman × 100 | tokens/s | cosine to fp32: 1st percentile | worst |",
  );
  console.log("|---|---|--:|--:|--:|--:|--:|");
  for (const model of models) {
    for (const file of files) {
      const served = await serve(model, [...new Set(file.pairs.flatMap(({ sentences }) => sentences))]);
      const [firstPercentile, worst] = await agreement(model, served);
      const figures = [score(file, served.vectors).toFixed(2), Math.round(served.tokensPerSecond)];
      const cells = [model, file.name, file.pairs.length, ...figures, firstPercentile, worst];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}

const [folder, ...models] = Deno.args;
if (folder === undefined) {
  console.error("Usage: npm run bench:accuracy -- DIR [MODEL…]");
  Deno.exit(64);
}
const wanted = models.length === 0 ? ["gte-small", "gte-small-int8"] : models;
const pulled = await selvedgeCommand(["models", "pull", ...wanted]);
if (pulled.code !== 0) throw new Error(pulled.stderr);
await evaluate(folder, wanted);
