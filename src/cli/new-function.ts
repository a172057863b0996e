import { join, resolve } from "node:path";
import { SelvedgeError } from "../contract/index.ts";
import { isFunctionName } from "../functions/index.ts";

const typesFile = "edge-runtime.d.ts";

const source = (name: string) =>
  `/// <reference types="../${typesFile}" />
// Call it with: selvedge functions invoke ${name} --body '{"name":"Functions"}'
const session = new Supabase.ai.Session("gte-small");

Deno.serve(async (request) => {
  const { name } = await request.json();
  const embedding = await session.run(\`Hello \${name}!\`);
  return Response.json({ message: \`Hello \${name}!\`, embedding });
});
`;

const denoConfig = `{
  "imports": {}
}
`;

/**
 * Makes `supabase/functions/<name>` with an entry and a deno.json, and the types of the globals beside it.
 *
 * @returns the paths of the new files
 * @throws {SelvedgeError} `USAGE_INVALID` when the name cannot be a function's, or is taken
 */
export async function createFunction(workdir: string, name: string): Promise<string[]> {
  if (!isFunctionName(name)) {
    throw new SelvedgeError(
      "USAGE_INVALID",
      `Cannot make a function "${name}": a name is letters, digits, - and _, and begins with a letter`,
    );
  }
  const functions = join(resolve(workdir), "supabase", "functions");
  const folder = join(functions, name);
  await Deno.mkdir(functions, { recursive: true });
  try {
    await Deno.mkdir(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new SelvedgeError(
      "USAGE_INVALID",
      `Cannot make the function "${name}": ${folder} is there already`,
    );
  }
  const made = [join(folder, "index.ts"), join(folder, "deno.json"), join(functions, typesFile)] as const;
  await Deno.writeTextFile(made[0], source(name));
  await Deno.writeTextFile(made[1], denoConfig);
  await Deno.copyFile(new URL(`../../types/${typesFile}`, import.meta.url), made[2]);
  return [...made];
}
