/**
 * `npm run bench`: measures the running program and prints its figures with their baselines of the same run.
 * Takes about two minutes, of which one is spent idle.
 */
import { join } from "node:path";
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, Project, selvedge, temporaryFolder } from "../test/project.ts";
import { EngineClient } from "../src/worker/engine-client.ts";
import { cpuMs, processTree, residentMb } from "./process-time.ts";
import { openRawModel } from "../test/raw-model.ts";
import { type Figure, percentile, timed, under } from "./statistics.ts";

const published = [-0.047715719789266586, -0.006132732145488262, 0.0368570709, -0.0439553014, -0.0021700261];
const sixteenTokens = "The quick brown fox jumps over the lazy dog near the river bank today";
const coldFunctions = 30;
const warmRounds = 300;
const starts = 5;
const idleSeconds = 60;

const embed = `const session = new Supabase.ai.Session("gte-small");
Deno.serve(async (request) => Response.json(await session.run((await request.json()).input)));`;
const hello = `Deno.serve(() => new Response("hello"));`;

const files = {
  "embed/index.ts": embed,
  ...Object.fromEntries(
    Array.from({ length: coldFunctions }, (_, index) => [`hello${index}/index.ts`, hello]),
  ),
};

/** The program under test, with its run folder where the benchmark can find the engine's socket. */
async function startProject() {
  const temporary = await Deno.makeTempDir();
  const project = await Project.start(files, { TMPDIR: temporary });
  const entries = await Array.fromAsync(Deno.readDir(temporary));
  const run = entries.find(({ name }) => name.startsWith("selvedge-"));
  return { project, engine: new EngineClient(join(temporary, run!.name, "engine")) };
}

async function callEmbed(project: Project, input: string): Promise<number[]> {
  const response = await project.fetch("embed", { method: "POST", body: JSON.stringify({ input }) });
  return await response.json();
}

function maxDifference(a: readonly number[], b: ArrayLike<number>): number {
  return Math.max(...a.map((value, index) => Math.abs(value - b[index]!)));
}

async function exactness(project: Project): Promise<Figure[]> {
  const raw = await openRawModel();
  const luke = await callEmbed(project, "Luke, I am your father.");
  const texts = ["Luke, I am your father.", sixteenTokens, "héllo 你好 😀", "word ".repeat(700)];
  const differences = await Promise.all(
    texts.map(async (text) => maxDifference(await callEmbed(project, text), await raw.embed(text))),
  );
  const exact = (name: string, value: number) => ({
    name,
    value: value.toExponential(1),
    goal: "at most 1e-6",
    isReached: value <= 1e-6,
  });
  console.log(`The warm text has ${raw.tokenCount(sixteenTokens)} tokens.`);
  return [
    exact("difference to the first five published values", maxDifference(published, luke)),
    exact("difference to raw ONNX Runtime, worst of four texts", Math.max(...differences)),
  ];
}

/** From the command to the first vector through HTTP; the weights are on disk. */
async function startToVector(): Promise<Figure> {
  await using folder = await temporaryFolder({
    "supabase/config.toml": "[functions.embed]\nverify_jwt = false",
    "supabase/functions/embed/index.ts": embed,
  });
  const samples: number[] = [];
  for (let round = 0; round < starts; round++) {
    const port = freePort();
    const child = new Deno.Command(selvedge, {
      args: ["start", "--workdir", folder.path, "--port", String(port)],
      stdout: "null",
      stderr: "null",
    });
    const startedAt = performance.now();
    const running = child.spawn();
    const ask = { method: "POST", body: JSON.stringify({ input: "first" }) };
    while (!await fetch(`http://127.0.0.1:${port}/functions/v1/embed`, ask).then(isVector, () => false)) {
      await delay(5);
    }
    samples.push(performance.now() - startedAt);
    running.kill("SIGTERM");
    await running.status;
  }
  return under(`start to first vector through HTTP, median of ${starts}`, percentile(samples, 0.5), 1500);
}

async function isVector(response: Response): Promise<boolean> {
  return response.ok && (await response.json()).length === 384;
}

async function warm(project: Project, engine: EngineClient): Promise<Figure> {
  const request = {
    model: "gte-small",
    inputs: [sixteenTokens],
    meanPool: true,
    normalize: true,
    caller: "bench",
    tenant: "bench",
  };
  const whole: number[] = [];
  const own: number[] = [];
  for (let round = 0; round < warmRounds; round++) {
    own.push(await timed(() => engine.embed(request)));
    whole.push(await timed(() => callEmbed(project, sixteenTokens)));
  }
  const [wholeMs, ownMs] = [percentile(whole, 0.5), percentile(own, 0.5)];
  return {
    name: "warm 16-token text through gateway, function and engine, p50, to the engine's own time",
    value: `${wholeMs.toFixed(2)} ms / ${ownMs.toFixed(2)} ms = ${(wholeMs / ownMs).toFixed(3)}`,
    goal: "at most 1.25",
    isReached: wholeMs / ownMs <= 1.25,
  };
}

async function cold(project: Project): Promise<Figure> {
  const samples: number[] = [];
  const bare: number[] = [];
  const script = join(project.workdir, "supabase/functions/hello0/index.ts");
  for (let index = 0; index < coldFunctions; index++) {
    samples.push(await timed(async () => await (await project.fetch(`hello${index}`)).text()));
    bare.push(await bareDeno(script));
  }
  const [median, high, bareMs] = [percentile(samples, 0.5), percentile(samples, 0.95), percentile(bare, 0.5)];
  const note = ` (p95 ${high.toFixed(1)}; bare deno to first response ${bareMs.toFixed(1)}, ` +
    `ratio ${(median / bareMs).toFixed(2)})`;
  return under("cold function, first request to hello, p50", median, 60, note);
}

/** The baseline of a cold start: Deno on the same file, nothing of ours, until it answers. */
async function bareDeno(script: string): Promise<number> {
  const socket = await Deno.makeTempFile();
  await Deno.remove(socket);
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", "--no-check", "-A", script],
    env: { DENO_SERVE_ADDRESS: `unix:${socket}` },
    stdout: "null",
    stderr: "null",
  }).spawn();
  using client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
  while (true) {
    const response = await fetch("http://bare/", { client }).catch(() => undefined);
    if (response !== undefined) {
      await response.text();
      break;
    }
    await delay(1);
  }
  const elapsed = performance.now() - startedAt;
  child.kill("SIGKILL");
  await child.status;
  return elapsed;
}

async function idle(project: Project): Promise<Figure> {
  const before = await processTree(project.process.pid);
  const cpu = async () => (await Promise.all(before.map(cpuMs))).reduce((sum, value) => sum + value, 0);
  const memory = (await Promise.all(before.map(residentMb))).reduce((sum, value) => sum + value, 0);
  await delay(2_000);
  const startMs = await cpu();
  await delay(idleSeconds * 1_000);
  const percent = (await cpu() - startMs) / (idleSeconds * 10);
  return {
    name: `idle for ${idleSeconds} s, CPU of ${before.length} processes`,
    value: `${percent.toFixed(3)} % of one core (${memory.toFixed(0)} MB resident)`,
    goal: "under 1 %",
    isReached: percent < 1,
  };
}

const [cpu] = cpus();
console.log(`${cpu!.model}, ${cpus().length} cores, Deno ${Deno.version.deno}\n`);
const { project, engine } = await startProject();
const figures = [
  ...await exactness(project),
  await warm(project, engine),
  await cold(project),
  await idle(project),
];
await project.stop();
figures.push(await startToVector());
console.log(`\n| figure | measured | goal | reached |\n|---|---|---|---|`);
for (const { name, value, goal, isReached } of figures) {
  console.log(`| ${name} | ${value} | ${goal} | ${isReached ? "yes" : "no"} |`);
}
Deno.exit(0);
