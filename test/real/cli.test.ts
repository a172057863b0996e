import { assertEquals, assertMatch } from "../assert.ts";
import { freePort, Project, selvedgeCommand, temporaryFolder } from "../project.ts";

Deno.test("every command answers to --help", async () => {
  const commands = [
    "",
    "start",
    "status",
    "functions",
    "functions new",
    "functions invoke",
    "models",
    "models list",
  ];
  for (
    const command of [
      ...commands,
      "models pull",
      "models add",
      "models optimise",
      "models rm",
      "models verify",
      "doctor",
    ]
  ) {
    const { code, stdout } = await selvedgeCommand([...command.split(" ").filter(Boolean), "--help"]);
    assertEquals(code, 0, command);
    assertMatch(stdout, new RegExp(`Usage: selvedge ${command}`));
  }
});

Deno.test("a wrong command line exits with 2 and says what is wrong", async () => {
  const wrong: [string[], RegExp][] = [
    [["strat"], /unknown command 'strat'/],
    [["start", "--prot", "1"], /unknown option '--prot'/],
    [["start", "--port", "99999"], /1 to 65535/],
    [["status", "-o", "yaml"], /json, env/],
    [["functions", "new"], /missing required argument 'name'/],
    [["functions", "new", "1st"], /begins with a letter/],
    [["functions", "new", "../up"], /begins with a letter/],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await selvedgeCommand(args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(stderr, message);
  }
});

Deno.test("without a project or a running Selvedge, commands say what to do", async () => {
  await using folder = await temporaryFolder();
  const absent = await selvedgeCommand(["start", "--workdir", folder.path]);
  assertEquals(absent.code, 3);
  assertMatch(absent.stderr, /Cannot find the folder .*supabase.*--workdir DIR.*functions new hello/);
  await Deno.mkdir(`${folder.path}/supabase`);
  const port = String(freePort());
  for (const args of [["status"], ["functions", "invoke", "hello"]]) {
    const { code, stderr } = await selvedgeCommand([...args, "--workdir", folder.path, "--port", port]);
    assertEquals(code, 4);
    assertMatch(stderr, /Start it with: selvedge start/);
  }
});

Deno.test("what the system refuses is told in one line, with the path", async () => {
  await using folder = await temporaryFolder({ "supabase/functions": "a file" });
  const { code, stderr } = await selvedgeCommand([
    "start",
    "--workdir",
    folder.path,
    "--port",
    `${freePort()}`,
  ]);
  assertEquals(code, 3);
  assertMatch(stderr, /^selvedge: The system refused: .*supabase\/functions'$/m);
  await Deno.remove(`${folder.path}/supabase/functions`);
  await Deno.mkdir(`${folder.path}/supabase/config.toml`);
  const folderAsFile = await selvedgeCommand(["status", "--workdir", folder.path]);
  assertEquals(folderAsFile.code, 3);
  assertMatch(folderAsFile.stderr, /^selvedge: The system refused: .*config\.toml'$/m);
});

Deno.test("the example has the types that ship", async () => {
  const at = (path: string) => Deno.readTextFile(new URL(`../../${path}/edge-runtime.d.ts`, import.meta.url));
  assertEquals(await at("examples/semantic-search/supabase/functions"), await at("types"));
});

Deno.test("a new function has types, runs, and is called", async () => {
  await using project = await Project.start({});
  const where = ["--workdir", project.workdir];
  assertEquals((await selvedgeCommand(["functions", "new", "greet", ...where])).code, 0);
  const entry = `${project.workdir}/supabase/functions/greet/index.ts`;
  const typed = await new Deno.Command(Deno.execPath(), { args: ["check", entry] })
    .output();
  assertEquals(typed.success, true, new TextDecoder().decode(typed.stderr));

  await project.write(
    "greet/wrong.ts",
    `/// <reference types="../edge-runtime.d.ts" />\nconst n: string = await new Supabase.ai.Session("gte-small").run(["a"]);`,
  );
  const wrong = await new Deno.Command(Deno.execPath(), {
    args: ["check", entry.replace("index.ts", "wrong.ts")],
  })
    .output();
  assertMatch(new TextDecoder().decode(wrong.stderr), /number\[\]\[\].*is not assignable to type 'string'/);

  const called = await selvedgeCommand([
    "functions",
    "invoke",
    "greet",
    "--body",
    '{"name":"you"}',
    ...where,
  ]);
  assertEquals(called.code, 0, called.stderr);
  const { message, embedding } = JSON.parse(called.stdout);
  assertEquals([message, embedding.length], ["Hello you!", 384]);
  const again = await selvedgeCommand(["functions", "new", "greet", ...where]);
  assertEquals(again.code, 2);
  assertMatch(again.stderr, /is there already/);

  const bad = await selvedgeCommand(["functions", "invoke", "greet", "--body", "{name}", ...where]);
  assertEquals(bad.code, 2);
  const absent = await selvedgeCommand(["functions", "invoke", "absent", ...where]);
  assertEquals([absent.code, absent.stdout], [1, "Function not found\n"]);
  assertMatch(absent.stderr, /status 404 \(NOT_FOUND\)/);
});

Deno.test("status tells scripts and persons the same, under Supabase's names", async () => {
  await using project = await Project.start({ "hello/index.ts": `Deno.serve(() => new Response("hi"));` });
  const status = (...more: string[]) => selvedgeCommand(["status", "--workdir", project.workdir, ...more]);
  const json = JSON.parse((await status("-o", "json")).stdout);
  const names = ["API_URL", "FUNCTIONS_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "PUBLISHABLE_KEY", "SECRET_KEY"];
  assertEquals(Object.keys(json), [...names, "JWT_SECRET"]);
  const env = Object.entries(json).map(([name, value]) => `${name}="${value}"\n`).join("");
  assertEquals((await status("-o", "env")).stdout, env);
  const text = (await status()).stdout;
  for (const name of names) assertEquals(text.includes(json[name]), true, name);
  const [curl] = text.split("\n").filter((line) => line.trim().startsWith("curl "));
  const pasted = await new Deno.Command("sh", { args: ["-c", curl!] }).output();
  assertEquals(new TextDecoder().decode(pasted.stdout), "hi");
});

Deno.test("the doctor finds a healthy machine healthy, and a taken port not", async () => {
  await using folder = await temporaryFolder({ "supabase/config.toml": "" });
  const port = freePort();
  const args = ["doctor", "--workdir", folder.path, "--port", String(port)];
  const healthy = await selvedgeCommand(args);
  assertEquals(healthy.code, 0, healthy.stdout);
  assertMatch(healthy.stdout, /ok .* engine .* starts and loads gte-small/);
  using _taken = Deno.listen({ hostname: "127.0.0.1", port });
  const ill = await selvedgeCommand(args);
  assertEquals(ill.code, 3);
  assertMatch(ill.stdout, /FAULT .*port .*another program does/);
});

Deno.test("the doctor says how to get weights that are missing", async () => {
  await using folder = await temporaryFolder({ "supabase/config.toml": "" });
  const args = ["doctor", "--workdir", folder.path, "--port", String(freePort())];
  const { code, stdout } = await selvedgeCommand(args, { SELVEDGE_CACHE_DIR: `${folder.path}/cache` });
  assertEquals(code, 3);
  assertMatch(stdout, /FAULT .*weights .*run: selvedge models pull gte-small/);
});
