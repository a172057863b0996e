import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import ort from "onnxruntime-node";
import type { CheckJob } from "./graph-check-messages.ts";

/** Why a model cannot be used, in words for whoever chose it. */
export class Unsound extends Error {}

const knownInputs = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];
/** A short text beside a long one: the short one is padded, as it will be when texts are run together. */
const probes = ["weaving", "The edge of a cloth is woven so that it does not unravel. "];
/** Longer probes cost seconds and memory, and find nothing more. */
const longestProbe = 512;

/**
 * Runs a loaded model on probe texts, twice, and returns the length of its vectors.
 *
 * @throws Unsound when it is no embedding model, or one that gives no numbers to rely on.
 */
export async function probeModel(
  session: ort.InferenceSession,
  { tokenizer, tokenizerConfig, maxTokens }: NonNullable<CheckJob["text"]>,
): Promise<number> {
  requireKnownInputs(session);
  const encode = await readTokenizer(tokenizer, tokenizerConfig);
  const length = Math.min(maxTokens, longestProbe);
  const rows = [encode(probes[0]!).slice(0, length), encode(probes[1]!.repeat(length)).slice(0, length)];
  const feeds = feedsOf(session, rows);
  const first = await run(session, feeds);
  const dimensions = dimensionsOf(session.outputNames[0]!, first, rows);
  const values = first.data as Float32Array;
  if (!values.every(Number.isFinite)) throw new Unsound("its output holds numbers that are not finite");
  const second = (await run(session, feeds)).data as Float32Array;
  if (!values.every((value, index) => value === second[index])) {
    throw new Unsound("it gave two different outputs for the same texts");
  }
  return dimensions;
}

function requireKnownInputs({ inputNames }: ort.InferenceSession): void {
  const others = inputNames.filter((name) => !knownInputs.includes(name));
  if (others.length === 0 && inputNames.includes("input_ids")) return;
  throw new Unsound(
    `its inputs are ${inputNames.join(", ")}; expected input_ids, and none but ${knownInputs.join(", ")}: ` +
      "this is no text embedding model",
  );
}

async function readTokenizer(path: string, configPath: string): Promise<(text: string) => number[]> {
  try {
    const [definition, config] = await Promise.all(
      [path, configPath].map(async (file) => JSON.parse(await Deno.readTextFile(file))),
    );
    const tokenizer = new HubTokenizer(definition, config);
    const encode = (text: string) => tokenizer.encode(text).ids;
    if (encode(probes[0]!).length === 0) throw new Unsound("it makes no tokens of a text");
    return encode;
  } catch (error) {
    throw new Unsound(
      `its tokenizer.json cannot be used: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function feedsOf(session: ort.InferenceSession, rows: readonly number[][]): Record<string, ort.Tensor> {
  const columns = Math.max(...rows.map((row) => row.length));
  const value: Record<string, (row: readonly number[], column: number) => number> = {
    input_ids: (row, column) => row[column] ?? 0,
    attention_mask: (row, column) => column < row.length ? 1 : 0,
    token_type_ids: () => 0,
    position_ids: (_, column) => column,
  };
  return Object.fromEntries(session.inputMetadata.map((input) => {
    const values = rows.flatMap((row) =>
      Array.from({ length: columns }, (_, column) => value[input.name]!(row, column))
    );
    return [input.name, tensorOf(input, values, [rows.length, columns])];
  }));
}

function tensorOf(
  input: ort.InferenceSession.ValueMetadata,
  values: readonly number[],
  shape: readonly number[],
): ort.Tensor {
  const type = input.isTensor ? input.type : "no tensor";
  if (type === "int64") return new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape);
  if (type === "int32") return new ort.Tensor("int32", Int32Array.from(values), shape);
  throw new Unsound(`its input ${input.name} is of ${type}; expected int64 or int32`);
}

async function run(session: ort.InferenceSession, feeds: Record<string, ort.Tensor>): Promise<ort.Tensor> {
  try {
    return (await session.run(feeds))[session.outputNames[0]!]!;
  } catch (error) {
    throw new Unsound(`it cannot be run: ${error instanceof Error ? error.message.trim() : error}`);
  }
}

function dimensionsOf(name: string, { dims, type }: ort.Tensor, rows: readonly number[][]): number {
  const [batch, tokens] = [rows.length, Math.max(...rows.map((row) => row.length))];
  const isStates = dims.length === 3 && dims[0] === batch && dims[1] === tokens;
  const isVectors = dims.length === 2 && dims[0] === batch;
  if (name !== "logits" && type === "float32" && (isStates || isVectors)) return dims.at(-1)!;
  throw new Unsound(
    `its first output ${name} is ${type} of ${
      dims.join(" × ")
    } for ${batch} texts of ${tokens} tokens; expected ` +
      "float32 states (texts × tokens × dimensions) or vectors (texts × dimensions), and no logits: " +
      "this is no text embedding model",
  );
}
