import { cpuNanoseconds } from "../process-time.ts";
import type { OpenEngine } from "./engine-contender.ts";

/** List prices of a virtual CPU for an hour, in dollars: half of what a machine with two of them costs. */
const vcpuHours = [
  ["AWS t3.large, us-east-1", 0.0832 / 2],
  ["Google Cloud e2-standard-2, us-central1", 0.067 / 2],
  ["DigitalOcean basic, 2 vCPU", 0.02679 / 2],
] as const;

/** What OpenAI asks for a million tokens of text-embedding-3-small, in dollars. */
const hostedPrice = 0.02;

/** Prints what a million tokens cost: CPU seconds measured here, at three public prices. */
export async function printCost(engines: readonly OpenEngine[], texts: readonly string[]): Promise<void> {
  console.log(
    "\n| model | CPU-seconds per million tokens | price of a vCPU-hour | dollars per million tokens | " +
      `times cheaper than $${hostedPrice} |\n|---|--:|---|--:|--:|`,
  );
  for (const engine of engines) {
    const before = await cpuNanoseconds(engine.process.processId);
    const { tokens } = await embedded(engine, texts);
    const cpuSeconds = (await cpuNanoseconds(engine.process.processId) - before) / 1e9;
    const perMillion = cpuSeconds * 1e6 / tokens;
    for (const [name, price] of vcpuHours) {
      const dollars = perMillion / 3_600 * price;
      console.log(
        `| ${engine.name} | ${perMillion.toFixed(0)} | ${name}: $${price.toFixed(4)} | ` +
          `${dollars.toFixed(4)} | ${(hostedPrice / dollars).toFixed(1)} |`,
      );
    }
  }
}

async function embedded({ client, name }: OpenEngine, texts: readonly string[]): Promise<{ tokens: number }> {
  const model = name.split(", ")[1]!;
  const request = { model, inputs: texts, meanPool: true, normalize: true, caller: "bench", tenant: "bench" };
  const { rows } = await client.embed(request, new AbortController().signal);
  return { tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0) };
}
