import { join } from "node:path";
import { cacheFolder } from "../../src/models/index.ts";

const version = "1.30.0";

/** Where onnxruntime-web lies: 140 MB that only this baseline needs, fetched by npm when it is first measured. */
export async function wasmLibrary(): Promise<string> {
  const folder = join(cacheFolder(), "bench", `onnxruntime-web-${version}`);
  const library = join(folder, "node_modules/onnxruntime-web/dist/ort.node.min.mjs");
  if (await Deno.stat(library).then(() => true, () => false)) return library;
  await Deno.mkdir(folder, { recursive: true });
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", `onnxruntime-web@${version}`];
  const { success, stderr } = await new Deno.Command("npm", { args, cwd: folder }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return library;
}
