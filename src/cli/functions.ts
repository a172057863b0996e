import { Command } from "commander";
import { requireInstance } from "../app/index.ts";
import { SelvedgeError } from "../contract/index.ts";
import { openKeys, readSettings } from "../settings/index.ts";
import { createFunction } from "./new-function.ts";
import { type ProjectOptions, withProjectFlags } from "./project-flags.ts";

/** `selvedge functions new|invoke`. */
export function functionsCommand(): Command {
  const group = new Command("functions").description("make and call functions");
  group.addCommand(
    withProjectFlags(new Command("new"))
      .description("make a function from a template")
      .argument("<name>", "letters, digits, - and _, beginning with a letter")
      .action(async (name: string, { workdir }: ProjectOptions) => {
        for (const path of await createFunction(workdir, name)) console.log(`Made ${path}`);
      }),
  );
  group.addCommand(
    withProjectFlags(new Command("invoke"))
      .description("call a function of the running project and print what it answers")
      .argument("<name>", "the function, and any path below it")
      .option("--body <json>", "send this JSON (POST); without it, GET")
      .action(invoke),
  );
  return group;
}

async function invoke(name: string, { body, ...flags }: ProjectOptions & { body?: string }): Promise<void> {
  if (body !== undefined) requireJson(body);
  const settings = await readSettings(flags);
  const { apiUrl } = await requireInstance(settings.stateFolder);
  const { anonKey } = await openKeys(settings.stateFolder, settings.config.auth.jwt_secret);
  const response = await fetch(`${apiUrl}/functions/v1/${name}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${anonKey}`,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body }),
  });
  await response.body?.pipeTo(Deno.stdout.writable, { preventClose: true });
  console.log();
  if (!response.ok) {
    const code = response.headers.get("sb-error-code");
    const why = code === null ? "" : ` (${code})`;
    throw new SelvedgeError(
      "FUNCTION_CRASHED",
      `Function "${name}" answered with status ${response.status}${why}`,
    );
  }
}

function requireJson(body: string): void {
  try {
    JSON.parse(body);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SelvedgeError("USAGE_INVALID", `Cannot send --body, which is not JSON: ${why}`, { cause });
  }
}
