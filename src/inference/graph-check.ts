import * as v from "valibot";
import { type GraphShape, SelvedgeError } from "../contract/index.ts";

/** A load takes a second a gigabyte or so; what takes this long never ends. */
const checkTimeoutMs = 60_000;

const port = v.object({
  name: v.string(),
  type: v.string(),
  shape: v.array(v.union([v.number(), v.string()])),
});
const shape = v.pipe(v.string(), v.parseJson(), v.object({ inputs: v.array(port), outputs: v.array(port) }));

/**
 * Loads an ONNX file in a process of its own, which it may crash, and resolves with its inputs and outputs.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when it cannot be loaded; or `signal` aborted
 */
export async function checkGraph(
  path: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<GraphShape> {
  const root = new URL("../../", import.meta.url).pathname;
  const { success, code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--config=${root}deno.json`],
      ...["--allow-ffi", "--allow-sys", "--allow-env", "--allow-read"],
      ...[new URL("./graph-check-main.ts", import.meta.url).pathname, path],
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.any([signal, AbortSignal.timeout(checkTimeoutMs)]),
    stdin: "null",
  }).output();
  const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  const result = v.safeParse(shape, decoded(stdout));
  if (success && result.success) return result.output;
  const why = decoded(stderr).split("\n").at(-1) || `the process that loaded it ended with status ${code}`;
  throw new SelvedgeError("MODEL_INVALID", `Cannot load the graph: ${why}`);
}
