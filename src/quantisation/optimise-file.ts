import { createHash } from "node:crypto";
import { SelvedgeError } from "../contract/index.ts";
import { Tokenizer } from "../inference/index.ts";
import { compare, requireAgreement } from "./accuracy.ts";
import { type ModelConfig, parseConfig } from "./config.ts";
import { decodeOnnx } from "./decode-onnx.ts";
import { encodeOnnx } from "./encode-onnx.ts";
import type { OptimisedModel, OptimiseJob } from "./job.ts";
import { knownRanges } from "./known-ranges.ts";
import { quantise } from "./quantise.ts";

/** Longer texts than this prove no more and take long. */
const longestProbe = 512;

/**
 * Makes the int8 graph, writes it to the target and compares it with the original, in this process. A target that
 * is refused for its accuracy is left for the caller to remove.
 *
 * @throws {SelvedgeError} `MODEL_INVALID`, `MODEL_INACCURATE`
 */
export async function optimiseFile(job: OptimiseJob): Promise<OptimisedModel> {
  const config = parseConfig(await Deno.readTextFile(job.config));
  const tokenizer = await readTokenizer(job, config);
  const optimised = quantiseBytes(await Deno.readFile(job.graph), config);
  await Deno.writeFile(job.target, optimised);
  const { graph, target, pooling = "mean" } = job;
  const cosine = await compare({ tokenizer, pooling, exact: graph, optimised: target });
  requireAgreement(cosine);
  return { bytes: optimised.length, sha256: sha256Of(optimised), cosine };
}

/** A function of its own, so that the bytes of the original are garbage when it returns. */
function quantiseBytes(bytes: Uint8Array, config: ModelConfig): Uint8Array {
  const ranges = knownRanges(sha256Of(bytes));
  return encodeOnnx(quantise(decodeOnnx(bytes), { ...config, ranges }));
}

async function readTokenizer(job: OptimiseJob, { positions }: ModelConfig): Promise<Tokenizer> {
  const texts = [await Deno.readTextFile(job.tokenizer), await Deno.readTextFile(job.tokenizerConfig)];
  try {
    const [definition, config] = texts.map((text) => JSON.parse(text));
    return new Tokenizer(definition, config, Math.min(positions, longestProbe));
  } catch (error) {
    throw new SelvedgeError("MODEL_INVALID", "Cannot optimise the model: its tokenizer cannot be read", {
      cause: error,
    });
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
