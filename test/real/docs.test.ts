/** Runs every command of the README and the guides, in their order, in a clone. */
import { join } from "node:path";
import { lines } from "../../src/kit/lines.ts";
import { assertEquals, assertTrue } from "../assert.ts";
import { temporaryFolder } from "../project.ts";

const root = new URL("../../", import.meta.url).pathname;
const guides = [
  "README.md",
  ...["cli", "functions", "api", "models"].map((name) => `docs/${name}.md`),
  "CONTRIBUTING.md",
];
/** These run this test: CI runs the first, and the first runs the others. */
const runElsewhere = ["npm ci && npm test", "npm test", "npm run check"];
/** CONTRIBUTING says in two lines what the README says in one. */
const sameAsReadme = ["npm ci", "npm start"];

/** The lines of all `sh` blocks of a page. */
function commandsOf(markdown: string): string[] {
  const blocks = markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm);
  return [...blocks].flatMap(([, block]) => block!.trim().split("\n"));
}

/** A command that runs until it is stopped, in a process group of its own, as under a terminal. */
async function startServer(command: string, cwd: string) {
  const options = { cwd, detached: true, stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command("sh", { args: ["-c", command], ...options }).spawn();
  const printed: string[] = [];
  const errors = (async () => {
    for await (const line of lines(child.stderr)) printed.push(line);
  })();
  const output = lines(child.stdout);
  for (let line = await output.next(); !line.done; line = await output.next()) {
    printed.push(line.value);
    if (line.value.startsWith("Selvedge is running")) break;
  }
  assertTrue(
    printed.some((line) => line.startsWith("Selvedge is running")),
    `${command}:\n${printed.join("\n")}`,
  );
  const rest = (async () => {
    while (!(await output.next()).done);
  })();
  return {
    printed,
    async stop() {
      try {
        // Ctrl-C: every process of the group is told.
        Deno.kill(-child.pid, "SIGINT");
      } catch {
        // It has ended already, which whoever waits for its answers will say.
      }
      await Promise.all([child.status, rest, errors]);
    },
  };
}

async function runsWell(command: string, cwd: string): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", command], cwd }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${command}\n${out}\n${err}`);
  return out!;
}

Deno.test("the commands of the README and the guides work in a clone, one after the other", async () => {
  await using folder = await temporaryFolder();
  const clone = join(folder.path, "clone");
  await runsWell(`git clone --quiet . '${clone}'`, root);
  const pages = await Promise.all(guides.map((page) => Deno.readTextFile(join(root, page))));
  const commands = pages.flatMap(commandsOf).filter((command) =>
    !runElsewhere.includes(command) && !sameAsReadme.includes(command)
  );
  assertEquals(commands[0], "npm ci && npm start");
  assertTrue(commands.length >= 20, `only ${commands.length} commands were found`);
  let server: Awaited<ReturnType<typeof startServer>> | undefined;
  try {
    for (const command of commands) {
      if (!/\bstart\b(?!.*--help)/.test(command)) {
        await runsWell(command, clone);
        continue;
      }
      await server?.stop();
      server = await startServer(command, clone);
      const curl = server.printed.find((line) => line.trim().startsWith("curl "));
      const { embedding } = JSON.parse(await runsWell(curl!, clone));
      assertTrue(Math.abs(embedding[0] + 0.0477157) < 1e-6, "the vector of the pasted line");
    }
  } finally {
    await server?.stop();
  }
});
