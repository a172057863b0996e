import {
  isSelvedgeError,
  SelvedgeError,
  type TaskName,
  taskNames,
  type TaskRequest,
} from "../contract/index.ts";
import { readImages } from "./images.ts";
import { optionsOf, textsOf } from "./inputs.ts";
import type { Pipelines } from "./pipelines.ts";
import { type CrossEncoder, rerank } from "./rerank.ts";
import { readSound } from "./sound.ts";

/** What a task makes of its inputs, in the caller's order. */
type Task = (pipeline: Call, inputs: readonly unknown[], library: Pipelines["library"]) => Promise<unknown>;

/** A pipeline as we call it: what its inputs and options may be is checked before. */
type Call = ((...inputs: unknown[]) => Promise<unknown>) & CrossEncoder;

/** Whisper hears half a minute at a time; longer sound is cut into pieces that overlap. */
const pieceSeconds = 30;

const tasks: Readonly<Record<TaskName, Task>> = {
  "feature-extraction": (pipeline, [texts, options]) =>
    eachText(texts, async (text) => {
      const vectors = await pipeline(text, { pooling: "mean", normalize: true, ...optionsOf(options) });
      return listed(vectors)[0];
    }),
  "text-classification": (pipeline, [texts, options]) =>
    eachText(texts, async (text) => {
      const { top_k: count = 1, ...rest } = optionsOf(options);
      const labels = await pipeline(text, { top_k: count, ...rest });
      return count === 1 && Array.isArray(labels) ? labels[0] : labels;
    }),
  "zero-shot-classification": (pipeline, [texts, labels, options]) => {
    const candidates = textsOf(labels, "labels");
    return eachText(texts, (text) => pipeline(text, candidates, optionsOf(options)));
  },
  "token-classification": (pipeline, [texts, options]) =>
    eachText(texts, (text) => pipeline(text, optionsOf(options))),
  "rerank": (pipeline, [query, documents, options]) => rerank(pipeline, query, documents, optionsOf(options)),
  "image-feature-extraction": async (pipeline, [given, options], library) => {
    const images = await readImages(given, library);
    const vectors = [];
    for (const image of images) vectors.push(listed(await pipeline(image, optionsOf(options)))[0]);
    return Array.isArray(given) ? vectors : vectors[0];
  },
  "automatic-speech-recognition": (pipeline, [given, options]) => {
    const sound = readSound(given);
    const isLong = sound.length > pieceSeconds * 16_000;
    const pieces = isLong ? { chunk_length_s: pieceSeconds, stride_length_s: 5 } : {};
    return pipeline(sound, { ...pieces, ...optionsOf(options) });
  },
};

/** Does the tasks there are. */
export class Tasks {
  constructor(private readonly pipelines: Pipelines) {}

  /**
   * Makes a model ready for a task and, given inputs, does it.
   *
   * @throws {SelvedgeError} `INPUT_INVALID`, and what loading throws
   */
  async run({ task, model, inputs }: TaskRequest): Promise<unknown> {
    if (!isTask(task)) {
      const known = taskNames.join(", ");
      throw new SelvedgeError("INPUT_INVALID", `Cannot do task "${task}": the tasks are ${known}`);
    }
    const kind = task === "rerank" ? "text-classification" : task;
    const pipeline = await this.pipelines.load(kind, model);
    if (inputs === undefined) return null;
    try {
      return await tasks[task](pipeline as unknown as Call, inputs, this.pipelines.library);
    } catch (cause) {
      if (isSelvedgeError(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new SelvedgeError("INPUT_INVALID", `Cannot do "${task}": ${why}`, { cause });
    }
  }
}

function isTask(task: string): task is TaskName {
  return Object.hasOwn(tasks, task);
}

/** One text after the other: padding is waste, and int8 graphs let a text change what its neighbours get. */
async function eachText(given: unknown, work: (text: string) => Promise<unknown>): Promise<unknown> {
  const results = [];
  for (const text of textsOf(given, "a text")) results.push(await work(text));
  return Array.isArray(given) ? results : results[0];
}

function listed(tensor: unknown): unknown[] {
  return (tensor as { tolist(): unknown[] }).tolist();
}
