import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "../test/assert.ts";

const script = fileURLToPath(new URL("../.ci/run", import.meta.url));
const readme = "# A project\n\nRun npm test to test it.\n\n```sh\nnpm ci && npm test\n```\n";

interface FakeProject {
  readonly readme: string;
  /** What the fake `npm test` prints, and how it exits. */
  readonly output: string;
  readonly status: number;
}

/** Runs a copy of the script in a project whose npm is a fake: it notes its arguments and plays back `output`. */
async function runIn({ readme, output, status }: FakeProject) {
  const root = await Deno.makeTempDir();
  try {
    for (const folder of [".ci", "bin"]) await Deno.mkdir(join(root, folder));
    await Deno.copyFile(script, join(root, ".ci/run"));
    await Deno.writeTextFile(join(root, "README.md"), readme);
    await Deno.writeTextFile(join(root, "output"), output);
    await Deno.writeTextFile(join(root, "calls"), "");
    const npm = `#!/bin/sh\necho "npm $*" >>calls\n[ "$1" = ci ] && exit 0\ncat output\nexit ${status}\n`;
    await Deno.writeTextFile(join(root, "bin/npm"), npm, { mode: 0o755 });
    const { code, stdout } = await new Deno.Command(join(root, ".ci/run"), {
      env: { PATH: `${join(root, "bin")}:${Deno.env.get("PATH")}` },
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout);
    const calls = await Deno.readTextFile(join(root, "calls"));
    return { code, text, lastLine: text.trimEnd().split("\n").at(-1), calls };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("the CI run repeats the counts of a run that passed, colours and steps aside", async () => {
  const output = "\x1b[32mok\x1b[0m | 45 passed (3 steps) | 0 failed | 2 ignored \x1b[90m(1s)\x1b[0m\n";
  const { code, lastLine, calls, text } = await runIn({ readme, output, status: 0 });
  assertEquals([code, lastLine], [0, "45 passed, 0 failed"]);
  assertEquals(calls, "npm ci\nnpm test\n");
  assertMatch(text, /ok.*45 passed/);
});

Deno.test("the CI run keeps the exit status of tests that failed", async () => {
  const output = "FAILED | 44 passed | 1 failed (2s)\n\nerror: Test failed\n";
  const { code, lastLine } = await runIn({ readme, output, status: 3 });
  assertEquals([code, lastLine], [3, "44 passed, 1 failed"]);
});

Deno.test("the CI run fails when no summary was seen, whatever the exit status", async () => {
  const { code, lastLine } = await runIn({ readme, output: "nothing to see\n", status: 0 });
  assertEquals([code, lastLine], [1, "0 passed, 1 failed"]);
});

Deno.test("the CI run fails when the summary and the exit status disagree", async () => {
  const output = "ok | 2 passed | 0 failed (1s)\n";
  const { code, lastLine } = await runIn({ readme, output, status: 4 });
  assertEquals([code, lastLine], [4, "2 passed, 1 failed"]);
});

Deno.test("the CI run installs first when the README's line does not", async () => {
  const output = "ok | 2 passed | 0 failed (1s)\n";
  const { calls } = await runIn({ readme: "```sh\n$ npm test\n```\n", output, status: 0 });
  assertEquals(calls, "npm ci\nnpm test\n");
});

Deno.test("the CI run fails when the README has no test command in a fenced block", async () => {
  const { code, lastLine, calls } = await runIn({ readme: "Run npm test.\n", output: "", status: 0 });
  assertEquals([code, lastLine, calls], [1, "0 passed, 1 failed", ""]);
});
