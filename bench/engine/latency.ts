import { setTimeout as delay } from "node:timers/promises";
import { cpuNanoseconds } from "../process-time.ts";
import { type Figure, percentile, timed, under } from "../statistics.ts";
import type { OpenEngine } from "./engine-contender.ts";

const queries = 120;
const pauseMs = 25;
const callers = 64;
const queriesPerCaller = 12;
const backfillTexts = 100_000;
const queriesInBackfill = 300;

/** A sentence of sixteen tokens, another each time. */
const sixteenTokens = (index: number) =>
  `number ${index % 1000} of the sentences has about sixteen tokens to read here`;

/** How long one query takes when nobody else asks, and what it costs. */
export async function idleQuery(engine: OpenEngine): Promise<{ figures: Figure[]; p95Ms: number }> {
  const [inside, outside]: [number[], number[]] = [[], []];
  for (let index = 0; index < 10; index++) await engine.ask(sixteenTokens(index));
  const cpuBefore = await cpuNanoseconds(engine.process.processId);
  for (let index = 0; index < queries; index++) {
    await delay(pauseMs);
    outside.push(
      await timed(async () => {
        const { timing } = await engine.ask(sixteenTokens(index));
        inside.push(timing.tokenizeMs + timing.queueMs + timing.runMs + timing.poolMs);
      }),
    );
  }
  const cpuMs = (await cpuNanoseconds(engine.process.processId) - cpuBefore) / 1e6 / queries;
  const p95Ms = percentile(outside, 0.95);
  const note = ` (p95 ${p95Ms.toFixed(1)})`;
  const named = (what: string) => `${engine.name}: one 16-token query, idle machine, ${what}`;
  return {
    p95Ms,
    figures: [
      under(named("inside the engine, p50"), percentile(inside, 0.5), 5),
      under(named("at the socket, p50"), percentile(outside, 0.5), 6, note),
      under(named("CPU of the process"), cpuMs, 10),
    ],
  };
}

/** How evenly many callers at once are served. */
export async function manyCallers(engine: OpenEngine): Promise<Figure> {
  const samples: number[] = [];
  await Promise.all(Array.from({ length: callers }, async (_, caller) => {
    for (let index = 0; index < queriesPerCaller; index++) {
      const text = sixteenTokens(caller * queriesPerCaller + index);
      samples.push(await timed(() => engine.ask(text, `caller ${caller}`)));
    }
  }));
  const [median, high] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  return {
    name: `${engine.name}: ${callers} callers at once, p99 to p50`,
    value: `${high.toFixed(0)} ms / ${median.toFixed(0)} ms = ${(high / median).toFixed(2)}`,
    goal: "at most 3",
    isReached: high / median <= 3,
  };
}

/** How long a query takes while a backfill runs: of 100,000 texts, stopped when enough queries were asked. */
export async function queryInBackfill(
  engine: OpenEngine,
  texts: readonly string[],
  idleP95Ms: number,
): Promise<Figure> {
  const samples: number[] = [];
  let isDone = false;
  let embedded = 0;
  const backfill = (async () => {
    for (let first = 0; first < backfillTexts && !isDone; first += 1_024) {
      const inputs = Array.from({ length: 1_024 }, (_, index) => `${first + index} ${texts[index]}`);
      await engine.embed(inputs);
      embedded += inputs.length;
    }
  })();
  await delay(2_000);
  for (let index = 0; index < queriesInBackfill; index++) {
    await delay(pauseMs);
    samples.push(await timed(() => engine.ask(sixteenTokens(index), "person")));
  }
  isDone = true;
  await backfill;
  const [median, high] = [percentile(samples, 0.5), percentile(samples, 0.95)];
  return {
    name: `${engine.name}: a query in a backfill (${embedded} of its texts done), p95 to the idle p95`,
    value: `${high.toFixed(1)} ms / ${idleP95Ms.toFixed(1)} ms = ${(high / idleP95Ms).toFixed(2)} ` +
      `(p50 ${median.toFixed(1)})`,
    goal: "at most 2.5",
    isReached: high / idleP95Ms <= 2.5,
  };
}
