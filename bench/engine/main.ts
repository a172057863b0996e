/**
 * `npm run bench:engine [-- DIR]`: how fast, how even, how small and how cheap the engine is, on the sentences of
 * DIR's STS files or on made-up ones. Baselines run in turn with it, in the same run. Takes some minutes.
 */
import { cpus } from "node:os";
import { residentMb } from "../process-time.ts";
import type { Figure } from "../statistics.ts";
import { selvedgeCommand } from "../../test/project.ts";
import { sentences } from "./corpus.ts";
import { printCost } from "./cost.ts";
import { type OpenEngine, openEngine } from "./engine-contender.ts";
import { fromFunction } from "./from-function.ts";
import { idleQuery, manyCallers, queryInBackfill } from "./latency.ts";
import { throughput } from "./throughput.ts";

const textsPriced = 2_000;

async function memory(engine: OpenEngine, limitMb: number): Promise<Figure> {
  const megabytes = await residentMb(engine.process.processId);
  return {
    name: `${engine.name}: resident memory, all its lanes at work before`,
    value: `${megabytes.toFixed(0)} MB`,
    goal: `at most ${limitMb} MB`,
    isReached: megabytes <= limitMb,
  };
}

const [cpu] = cpus();
const flags = /avx512_vnni|avx_vnni/.exec(await Deno.readTextFile("/proc/cpuinfo").catch(() => ""))?.[0];
console.log(`${cpu!.model}, ${cpus().length} cores, ${flags ?? "without VNNI"}, Deno ${Deno.version.deno}\n`);
const texts = await sentences(Deno.args[0]);
const pulled = await selvedgeCommand(["models", "pull", "gte-small", "gte-small-int8"]);
if (pulled.code !== 0) throw new Error(pulled.stderr);
const [fp32, int8] = [await openEngine("gte-small"), await openEngine("gte-small-int8")];
const idle = await idleQuery(int8);
const figures = [
  ...idle.figures,
  await fromFunction(),
  await manyCallers(int8),
  ...await throughput(texts, { fp32, int8 }),
  await queryInBackfill(int8, texts, idle.p95Ms),
  await memory(int8, 260),
  await memory(fp32, 700),
];
console.log(`| figure | measured | goal | reached |\n|---|---|---|---|`);
for (const { name, value, goal, isReached } of figures) {
  console.log(`| ${name} | ${value} | ${goal} | ${isReached ? "yes" : "no"} |`);
}
await printCost([fp32, int8], texts.slice(0, textsPriced));
await fp32.close();
await int8.close();
Deno.exit(0);
