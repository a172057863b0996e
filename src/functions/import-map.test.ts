import { join } from "node:path";
import { temporaryFolder } from "../../test/project.ts";
import { assertEquals, assertRejects } from "../../test/assert.ts";
import { type FunctionDefinition } from "./definition.ts";
import { writeImportMap } from "./import-map.ts";

async function mapOf(
  folder: string,
  paths: Partial<FunctionDefinition>,
): Promise<{ imports: Record<string, string> }> {
  const target = join(folder, "made/import_map.json");
  await writeImportMap({
    name: "it",
    folder: join(folder, "it"),
    entrypoint: join(folder, "it/index.ts"),
    verifyJwt: true,
    importMap: undefined,
    denoConfig: undefined,
    sharedFolders: [join(folder, "_shared")],
    environment: {},
    ...paths,
  }, target);
  return JSON.parse(await Deno.readTextFile(target));
}

Deno.test("the user's map wins over packages, and well-known imports are served, of shared code too", async () => {
  await using folder = await temporaryFolder({
    "_shared/client.ts": `import "https://esm.sh/zod@3"; import "https://esm.sh/hono@4";`,
    "it/package.json": `{ "dependencies": { "chalk": "^5", "left": "1" } }`,
    "it/deno.json":
      `{ "imports": { "left": "npm:left@2", "db": "jsr:@supabase/supabase-js@2", "lib/": "./lib/" } }`,
  });
  const at = (path: string) => `file://${folder.path}/${path}`;
  assertEquals((await mapOf(folder.path, { denoConfig: join(folder.path, "it/deno.json") })).imports, {
    "https://esm.sh/zod@3": "npm:zod@3",
    "https://esm.sh/hono@4": "npm:hono@4",
    "chalk": "npm:chalk@^5",
    "chalk/": "npm:/chalk@^5/",
    "left": "npm:left@2",
    "left/": "npm:/left@2/",
    "db": "npm:@supabase/supabase-js@2",
    "db/": "jsr:/@supabase/supabase-js@2/",
    "lib/": at("it/lib/"),
  });
});

Deno.test("a deno.json that names an import map is followed", async () => {
  await using folder = await temporaryFolder({
    "it/deno.json": `{ "importMap": "../import_map.json" }`,
    "import_map.json": `{ "imports": { "a": "./a.ts" } }`,
  });
  const { imports } = await mapOf(folder.path, { denoConfig: join(folder.path, "it/deno.json") });
  assertEquals(imports, { a: `file://${folder.path}/a.ts` });
});

Deno.test("a broken map fails the boot and names the file", async () => {
  await using folder = await temporaryFolder({
    "it/deno.json": `{ "imports": { "a": `,
    "map.json": `{ "imports": { "a": 1 } }`,
  });
  await assertRejects(
    mapOf(folder.path, { denoConfig: join(folder.path, "it/deno.json") }),
    /Cannot read .*deno\.json/,
  );
  await assertRejects(mapOf(folder.path, { importMap: join(folder.path, "map.json") }), /imports\.a/);
});
