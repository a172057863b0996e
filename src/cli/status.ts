import { Command, Option } from "commander";
import { requireInstance } from "../app/index.ts";
import { listFunctions } from "../functions/index.ts";
import { defaultFunctionConfig, openKeys, readSettings } from "../settings/index.ts";
import { connectionText, connectionValues } from "./connection-values.ts";
import { type ProjectOptions, withProjectFlags } from "./project-flags.ts";

/** `selvedge status`: the addresses and keys of the running project. */
export function statusCommand(): Command {
  return withProjectFlags(new Command("status"))
    .description("print the running project's addresses and keys")
    .addOption(new Option("-o, --output <format>", "for scripts").choices(["json", "env"]))
    .action(run);
}

async function run({ output, ...flags }: ProjectOptions & { output?: "json" | "env" }): Promise<void> {
  const settings = await readSettings(flags);
  const { apiUrl } = await requireInstance(settings.stateFolder);
  const keys = await openKeys(settings.stateFolder, settings.config.auth.jwt_secret);
  const values = connectionValues({ ...settings, apiUrl }, keys);
  if (output === "json") return console.log(JSON.stringify(values, null, 2));
  if (output === "env") {
    return console.log(
      Object.entries(values).map(([name, value]) => `${name}="${value.replace(/["$`\\]/g, "\\$&")}"`).join(
        "\n",
      ),
    );
  }
  console.log(connectionText(values, await listFunctions(settings, defaultFunctionConfig)));
}
