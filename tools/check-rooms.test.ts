import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkRooms } from "./check-rooms.ts";
import { assertEquals, assertMatch } from "../test/assert.ts";

const cleanTree = {
  "src/contract/index.ts": `export { word } from "./word.ts";`,
  "src/contract/word.ts": `export const word = "one";`,
  "src/kit/clock.ts": `import { word } from "../contract/index.ts";\nexport const clock = word;`,
  "src/settings/index.ts": `export interface Settings { readonly port: number }\nexport const port = 1;`,
  "src/models/index.ts":
    `import type { Settings } from "../settings/index.ts";\nimport { clock } from "../kit/clock.ts";\n` +
    `export const model = (settings: Settings) => [settings, clock];`,
  "src/cli/main.ts": `import { model } from "../models/index.ts";\nconsole.log(model);`,
};

async function withTree<T>(planted: Record<string, string>, use: (root: string) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries({ ...cleanTree, ...planted })) {
      await Deno.mkdir(join(root, dirname(path)), { recursive: true });
      await Deno.writeTextFile(join(root, path), text);
    }
    return await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The violations as `path found` lines: what would be right is prose. */
function violationsOf(planted: Record<string, string>): Promise<string[]> {
  return withTree(planted, async (root) => {
    const { violations } = await checkRooms(root);
    return violations.map(({ path, found }) => `${path} ${found}`);
  });
}

async function runCommand(root: string) {
  const command = fileURLToPath(new URL("./check-rooms.ts", import.meta.url));
  const config = fileURLToPath(new URL("../deno.json", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--config", config, command, root],
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("passes a clean tree and says how much it saw", async () => {
  const { code, stdout, stderr } = await withTree({}, runCommand);
  assertEquals(
    [code, stdout, stderr],
    [0, "check-rooms saw 6 files and 5 edges: 0 violations, 0 questions\n", ""],
  );
});

Deno.test("exits 1 and names the file, the fault and what would be right", async () => {
  const planted = {
    "src/worker/index.ts": `import { clock } from "../kit/clock.ts";\nexport default clock;`,
  };
  const { code, stdout, stderr } = await withTree(planted, runCommand);
  assertEquals(code, 1);
  assertEquals(
    stderr,
    "src/worker/index.ts imports src/kit/clock.ts, against the direction of the rooms; " +
      "right: worker may import contract, onnx\n",
  );
  assertMatch(stdout, /^check-rooms saw 7 files and 6 edges: 1 violations, 0 questions\n$/);
});

Deno.test("refuses an import against the direction, of types and of dynamic imports too", async () => {
  const planted = {
    "src/jobs/index.ts": `import type { Settings } from "../settings/index.ts";\nexport type A = Settings;`,
    "src/telemetry/index.ts": `export const load = () => import("../models/index.ts");`,
  };
  assertEquals(await violationsOf(planted), [
    "src/jobs/index.ts imports src/settings/index.ts, against the direction of the rooms",
    "src/telemetry/index.ts imports src/models/index.ts, against the direction of the rooms",
  ]);
});

Deno.test("refuses values of a room whose types alone are allowed", async () => {
  const planted = {
    "src/database/index.ts": `import { port } from "../settings/index.ts";\nexport default port;`,
  };
  assertEquals(await violationsOf(planted), [
    "src/database/index.ts imports src/settings/index.ts at run time",
  ]);
});

Deno.test("refuses a file that lies in no room", async () => {
  const planted = { "src/utils/index.ts": "export {};", "src/loose.ts": "export {};" };
  assertEquals(await violationsOf(planted), [
    "src/loose.ts lies in no room",
    "src/utils/index.ts lies in no room",
  ]);
});

Deno.test("refuses an import past a room's door, except into kit", async () => {
  const planted = {
    "src/settings/schema.ts": `import { word } from "../contract/word.ts";\nexport default word;`,
  };
  assertEquals(await violationsOf(planted), [
    "src/settings/schema.ts imports src/contract/word.ts, past its room's door",
  ]);
});

Deno.test("refuses to import the entry of a process, from its own room too", async () => {
  const planted = { "src/cli/print.ts": `import "./main.ts";` };
  assertEquals(await violationsOf(planted), [
    "src/cli/print.ts imports src/cli/main.ts, which is the entry of a process",
  ]);
});

Deno.test("refuses an import cycle that only types close", async () => {
  const planted = {
    "src/kit/first.ts": `import { second } from "./second.ts";\nexport const first = second;`,
    "src/kit/second.ts": `import type { first } from "./first.ts";\nexport const second: typeof first = 1;`,
  };
  assertEquals(await violationsOf(planted), [
    "src/kit/second.ts closes a cycle: src/kit/first.ts -> src/kit/second.ts -> src/kit/first.ts",
  ]);
});

Deno.test("asks about a file over 200 lines and refuses one over 400", async () => {
  const planted = {
    "src/kit/fits.ts": "// line\n".repeat(200),
    "src/kit/long.ts": "// line\n".repeat(201),
    "src/kit/longest.ts": "// line\n".repeat(401),
  };
  const { violations, questions } = await withTree(planted, checkRooms);
  assertEquals(questions.map(({ path, found }) => [path, found]), [["src/kit/long.ts", "has 201 lines"]]);
  assertEquals(violations.map(({ path, found }) => [path, found]), [
    ["src/kit/longest.ts", "has 401 lines"],
  ]);
});

Deno.test("refuses to pass when it could not see a file", async () => {
  assertEquals(await violationsOf({ "src/kit/broken.ts": "export const = ;" }), [
    "src/kit/broken.ts is listed by a folder walk but was not seen in the module graph",
  ]);
});

Deno.test("refuses to pass when it saw nothing", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "src"));
    const { violations } = await checkRooms(root);
    assertEquals(violations.map(({ path, found }) => `${path} ${found}`), ["src holds no .ts file"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
