import { temporaryFolder } from "../../test/project.ts";
import { assertEquals, assertRejects } from "../../test/assert.ts";
import { readProjectConfig } from "./project-config.ts";

async function read(toml: string, environment: Record<string, string> = {}) {
  await using folder = await temporaryFolder({ "config.toml": toml });
  return await readProjectConfig(folder.path, environment);
}

Deno.test("an absent file and an absent section have the contract's defaults", async () => {
  await using folder = await temporaryFolder();
  const { config, warnings } = await readProjectConfig(folder.path, {});
  assertEquals([config.functions, config.edge_runtime.policy, warnings], [{}, "per_worker", []]);
  assertEquals((await read("[functions.a]")).config.functions.a!.verify_jwt, true);
});

Deno.test("sections of other programs are left alone", async () => {
  const { config, warnings } = await read(`
project_id = "x"
[api]
enabled = true
port = 54999
schemas = ["public"]
[studio]
port = 54323
[auth]
site_url = "http://127.0.0.1:3000"
[edge_runtime]
policy = "oneshot"
inspector_port = 8083`);
  assertEquals([config.api.port, config.edge_runtime.policy, warnings], [54999, "oneshot", []]);
});

Deno.test("env(NAME) stands for a variable", async () => {
  const toml = `[edge_runtime.secrets]\nkey = "env(THE_KEY)"\nabsent = "env(NOT_THERE)"`;
  const { config, warnings } = await read(toml, { THE_KEY: "found" });
  assertEquals(config.edge_runtime.secrets, { key: "found", absent: "" });
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0]!.includes("env(NOT_THERE)"), true);
  assertEquals((await read(`[auth.sms.twilio]\nauth_token = "env(NOT_THERE)"`)).warnings, []);
});

Deno.test("all faults are told at once, each with its path and what was expected", async () => {
  const toml = `[api]\nport = "many"\n[functions.a]\nverify_jwt = 1\n[edge_runtime]\npolicy = "often"`;
  await assertRejects(read(toml), (error: Error) => {
    for (
      const part of [
        "api.port",
        "number",
        "functions.a.verify_jwt",
        "boolean",
        "edge_runtime.policy",
        "oneshot",
      ]
    ) {
      assertEquals(error.message.includes(part), true, `${part} in ${error.message}`);
    }
    return true;
  });
  await assertRejects(read(`a = = 1`), /Cannot read .*config\.toml/);
});

Deno.test("a key that nobody reads is told as a warning", async () => {
  const { warnings } = await read(`[functions.a]\nverify-jwt = false`);
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0]!.includes("functions.a.verify-jwt"), true);
});
