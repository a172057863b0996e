import { join } from "node:path";

/** The endings that transformers.js gives graphs of a precision, in the order they are preferred. */
const endings = [
  ["fp32", ""],
  ["fp16", "_fp16"],
  ["q8", "_quantized"],
  ["int8", "_int8"],
  ["uint8", "_uint8"],
  ["q4", "_q4"],
  ["q4f16", "_q4f16"],
  ["bnb4", "_bnb4"],
] as const;

type Dtype = (typeof endings)[number][0];

/** The best precision that a model's folder has of each of its graphs, by the graph's name. */
export async function dtypesIn(folder: string): Promise<Record<string, Dtype>> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(join(folder, "onnx"))) {
    if (name.endsWith(".onnx")) names.push(name.slice(0, -".onnx".length));
  }
  const found: Record<string, Dtype> = {};
  // From the worst to the best, so that the best is what stays.
  for (const [dtype, ending] of endings.toReversed()) {
    for (const name of names) {
      const isOther = ending === "" && endings.some(([, other]) => other !== "" && name.endsWith(other));
      if (name.endsWith(ending) && !isOther) found[name.slice(0, name.length - ending.length)] = dtype;
    }
  }
  return found;
}
