import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import {
  childrenOf,
  eventually,
  freePort,
  processesWith,
  Project,
  selvedge,
  selvedgeCommand,
  temporaryFolder,
} from "../project.ts";

const embed = `
const session = new Supabase.ai.Session("gte-small");
Deno.serve(async () => {
  try {
    return Response.json({ length: (await session.run("text")).length });
  } catch (error) {
    return Response.json({ code: error.code, retryable: error.retryable, message: error.message }, { status: 503 });
  }
});`;
const spin = `Deno.serve(() => {\n  while (true);\n});`;
const hang = `await new Promise(() => {});`;
const slow = `
Deno.serve(async () => {
  await new Promise((resolve) => setTimeout(resolve, 400));
  return new Response("finished");
});`;

/** The ids of the host's processes. */
function family(project: Project): Promise<number[]> {
  return childrenOf(project.process.pid);
}

async function gone(ids: readonly number[]): Promise<void> {
  await eventually(async () => {
    const living = await Promise.all(ids.map((id) => Deno.stat(`/proc/${id}`).then(() => true, () => false)));
    return living.includes(true) ? undefined : true;
  }, () => `the end of processes ${ids.join(", ")}`);
}

for (const name of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`${name} ends the program cleanly: a request in flight is answered, no process and no file stays`, async () => {
    const project = await Project.start({ "slow/index.ts": slow, "embed/index.ts": embed });
    await (await project.fetch("embed")).body?.cancel();
    const answer = project.fetch("slow").then((response) => response.text());
    await project.logged("slow: Booted");
    const ids = await family(project);
    assertEquals(ids.length, 3, "engine and two functions");
    project.process.kill(name);
    // npm passes on what the terminal has said to all already.
    project.process.kill(name);
    assertEquals(await answer, "finished");
    assertEquals((await project.process.status).code, 0);
    await gone(ids);
    assertEquals(await processesWith(project.workdir), []);
    await project.stop();
  });
}

Deno.test("when the npm that started it is killed, the program ends and leaves nothing", async () => {
  await using folder = await temporaryFolder({
    "package.json": JSON.stringify({ scripts: { start: `${selvedge} start --port ${freePort()}` } }),
    "supabase/config.toml": "",
  });
  const npm = new Deno.Command("npm", { args: ["start"], cwd: folder.path, stdout: "null", stderr: "null" })
    .spawn();
  const instance = `${folder.path}/.selvedge/instance.json`;
  const { processId } = await eventually(
    () => Deno.readTextFile(instance).then(JSON.parse, () => undefined),
    () => "a running Selvedge",
  );
  npm.kill("SIGKILL");
  await npm.status;
  await gone([processId]);
  assertEquals(await Deno.stat(instance).then(() => "there", () => "removed"), "removed");
});

Deno.test("when the host is killed its processes notice and go, one that spins and one that boots included", async () => {
  const project = await Project.start({
    "embed/index.ts": embed,
    "spin/index.ts": spin,
    "hang/index.ts": hang,
  });
  await (await project.fetch("embed")).body?.cancel();
  const lost = [project.fetch("spin"), project.fetch("hang")].map((response) => response.catch(() => "lost"));
  await project.logged("spin: Booted");
  const ids = await eventually(async () => {
    const ids = await family(project);
    return ids.length === 4 ? ids : undefined;
  }, () => "engine and three functions");
  project.process.kill("SIGKILL");
  await Promise.all(lost);
  await gone(ids);
  await project.stop();
});

Deno.test("when the engine dies callers wait for the next one, and are answered by it", async () => {
  await using project = await Project.start({
    "embed/index.ts": embed,
    "hello/index.ts": `Deno.serve(() => new Response("hello"));`,
    "hostile/index.ts": `
const { addr } = Deno.serve(() => new Response("did what it could"));
const engine = (addr as Deno.UnixAddr).path.replace(/serve$/, "engine");
await Deno.remove(engine);
await Deno.mkdir(engine + "/below", { recursive: true });`,
  });
  assertEquals(await (await project.fetch("embed")).json(), { length: 384 });
  const [engine] = await processesWith("src/inference/main.ts").then(async (all) => {
    const own = await family(project);
    return all.filter((id) => own.includes(id));
  });
  assertEquals(await (await project.fetch("hostile")).text(), "did what it could");
  Deno.kill(engine!, "SIGKILL");
  assertEquals(await (await project.fetch("hello")).text(), "hello", "a cold function without AI");
  const responses = await Promise.all(Array.from({ length: 5 }, () => project.fetch("embed")));
  for (const response of responses) assertEquals(await response.json(), { length: 384 });
  await project.logged("starting again in");
});

Deno.test("a project runs wherever it lies", async () => {
  await using folder = await temporaryFolder();
  const workdir = `${folder.path}/a,b c/ünï 'q' #1?/${"long".repeat(40)}`;
  await Deno.mkdir(`${workdir}/supabase/functions/hello`, { recursive: true });
  const source = `const text = await Deno.readTextFile(new URL("./text.txt", import.meta.url));
    Deno.serve(() => new Response(text));`;
  await Deno.writeTextFile(`${workdir}/supabase/functions/hello/index.ts`, source);
  await Deno.writeTextFile(`${workdir}/supabase/functions/hello/text.txt`, "read");
  const port = freePort();
  const args = ["start", "--workdir", workdir, "--port", String(port)];
  const child = new Deno.Command(selvedge, { args, stdout: "null", stderr: "null" }).spawn();
  await eventually(async () => {
    const { code } = await selvedgeCommand(["status", "--workdir", workdir]);
    return code === 0 ? true : undefined;
  }, () => "a running Selvedge");
  const called = await selvedgeCommand(["functions", "invoke", "hello", "--workdir", workdir]);
  child.kill("SIGTERM");
  await child.status;
  assertEquals(called.stdout, "read\n");
});

Deno.test("a second start says that the first runs, a taken port says so, each with its exit code", async () => {
  await using project = await Project.start({ "slow/index.ts": slow });
  const again = await selvedgeCommand([
    "start",
    "--workdir",
    project.workdir,
    "--port",
    String(project.port),
  ]);
  assertEquals(again.code, 5);
  assertMatch(again.stderr, /already runs for this project at http:\/\/127\.0\.0\.1:\d+ \(process \d+\)/);
  await using other = await temporaryFolder({ "supabase/config.toml": "" });
  const taken = await selvedgeCommand(["start", "--workdir", other.path, "--port", String(project.port)]);
  assertEquals(taken.code, 6);
  assertMatch(taken.stderr, new RegExp(`port ${project.port}: another program does.*--port`));
});

Deno.test("keys are made once, are readable by their owner alone, and are ignored by git", async () => {
  await using folder = await temporaryFolder({ "supabase/config.toml": "" });
  const { openKeys } = await import("../../src/settings/index.ts");
  const state = `${folder.path}/.selvedge`;
  const [first, second] = await Promise.all([openKeys(state), openKeys(state)]);
  assertEquals(first, second);
  assertEquals(await openKeys(state), first);
  assertEquals((await Deno.stat(`${state}/keys.json`)).mode! & 0o777, 0o600);
  assertEquals((await Deno.stat(state)).mode! & 0o777, 0o700);
  assertEquals(await Deno.readTextFile(`${state}/.gitignore`), "*\n");
  assertMatch(first.publishableKey, /^sb_publishable_/);
  assertTrue(first.anonKey !== first.serviceRoleKey, "two tokens");
});
