import { join, resolve } from "node:path";
import { SelvedgeError } from "../contract/index.ts";
import { cacheFolder } from "./places.ts";

/**
 * The folder of a model, with its files by their paths: `config.json`, `tokenizer.json`, `onnx/model.onnx` and so on.
 *
 * @throws {SelvedgeError} `MODEL_UNKNOWN` when there is none
 */
export async function folderOf(model: string): Promise<string> {
  const path = join(resolve(cacheFolder()), "folders", model);
  const isThere = /^[a-z0-9][a-z0-9.-]*$/.test(model) && await Deno.stat(path).then(() => true, () => false);
  if (isThere) return path;
  throw new SelvedgeError("MODEL_UNKNOWN", `Cannot find model "${model}": there is no folder ${path}`);
}
