import { SelvedgeError } from "../contract/index.ts";
import type { CheckJob, GraphValue } from "./graph-check-messages.ts";
import { type ProcessLimits, runThrowAway } from "./throw-away-process.ts";

/** The files of a model to try. */
export interface ModelToCheck {
  readonly graph: string;
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
  /** The longest input the model will be given, in tokens. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** 60 s, and memory by the size of the graph, unless given. */
  readonly limits?: Partial<ProcessLimits>;
}

/** An embedding model that ran. */
export interface CheckedModel {
  readonly inputNames: readonly string[];
  /** Of each input, in the order of the names. */
  readonly inputTypes: readonly string[];
  readonly outputNames: readonly string[];
  /** The length of its vectors. */
  readonly dimensions: number;
}

/** What a graph takes and gives. */
export interface CheckedGraph {
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

const usualTimeMs = 60_000;
/** Deno with ONNX Runtime and a large vocabulary, and room for the states of a long text. */
const leastMemoryBytes = 2 * 1024 ** 3;
/** ONNX Runtime parses a graph, copies its weights and packs them for the processor. */
const copiesOfGraph = 4;
const maxTokenizerBytes = 64_000_000;
const maxTokenizerConfigBytes = 1_000_000;

/**
 * Loads an embedding model and runs it on a few texts in a throw-away process: whatever the files hold, this
 * process does not load them. It must take token ids and masks only, give `[batch, tokens, dimensions]` or
 * `[batch, dimensions]` as its first output, of finite numbers, and the same when it is asked again.
 *
 * @throws MODEL_INVALID with the reason; what `signal` was aborted with.
 */
export async function checkModel(
  { graph, tokenizer, tokenizerConfig, maxTokens, signal, limits }: ModelToCheck,
): Promise<CheckedModel> {
  await requireSize(tokenizer, maxTokenizerBytes);
  await requireSize(tokenizerConfig, maxTokenizerConfigBytes);
  const text = { tokenizer, tokenizerConfig, maxTokens };
  const { inputs, outputs, dimensions } = await soundAnswer({ graph, text }, limits, signal);
  if (dimensions === undefined) throw new Error("Our fault: a model was run and its dimensions not told");
  return {
    inputNames: inputs.map(({ name }) => name),
    inputTypes: inputs.map(({ type }) => type),
    outputNames: outputs.map(({ name }) => name),
    dimensions,
  };
}

/**
 * Loads any graph in a throw-away process and says what it takes and gives.
 *
 * @throws MODEL_INVALID with the reason when ONNX Runtime cannot load it; what `signal` was aborted with.
 */
export async function checkGraph(
  graph: string,
  { signal, limits }: { readonly signal: AbortSignal; readonly limits?: Partial<ProcessLimits> },
): Promise<CheckedGraph> {
  const { inputs, outputs } = await soundAnswer({ graph }, limits, signal);
  return { inputs, outputs };
}

async function soundAnswer(job: CheckJob, limits: Partial<ProcessLimits> = {}, signal: AbortSignal) {
  const reply = await runThrowAway(job, {
    timeMs: usualTimeMs,
    memoryBytes: Math.max(leastMemoryBytes, copiesOfGraph * await sizeWithData(job.graph)),
    ...limits,
  }, signal);
  if (reply.type === "sound") return reply;
  throw invalid(job.graph, reply.reason);
}

async function requireSize(path: string, limit: number): Promise<void> {
  const size = await sizeOf(path);
  if (size > limit) throw invalid(path, `it has ${size} bytes; expected at most ${limit}`);
}

/** A graph and the file beside it that holds its weights where it is a large one. */
async function sizeWithData(graph: string): Promise<number> {
  return await sizeOf(graph) + await sizeOf(`${graph}_data`, 0);
}

async function sizeOf(path: string, ifMissing?: number): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    if (ifMissing === undefined) throw invalid(path, "there is no such file");
    return ifMissing;
  }
}

function invalid(path: string, reason: string): SelvedgeError {
  return new SelvedgeError("MODEL_INVALID", `Cannot use model file ${path}: ${reason}`);
}
