import { isAbsolute, join, normalize } from "node:path";
import {
  type GraphPort,
  type GraphSession,
  type GraphShape,
  type GraphSource,
  SelvedgeError,
  type TensorMap,
  type TensorValue,
} from "../contract/index.ts";
import { digestOf, type GraphStore } from "./graph-store.ts";
import type { GraphRunner, GraphRunOptions } from "./graph-runner.ts";
import type { GraphFile } from "./onnx-messages.ts";

/** What opening and running graphs rests on. */
export interface GraphSessionsOptions {
  readonly store: GraphStore;
  readonly runner: GraphRunner;
  /** The folder of a model of the store, with its files by path. */
  readonly folderOf: (model: string) => Promise<string>;
  /** Proves that a file can be loaded. */
  readonly check: (path: string, options: { readonly signal: AbortSignal }) => Promise<GraphShape>;
}

/** A check is shared by all who ask for the graph meanwhile, so nobody's leaving ends it. */
const never = new AbortController().signal;

interface OpenGraph {
  readonly graph: GraphFile;
  readonly shape: GraphShape;
}

/** The graphs that can be run, each checked once a life of the engine. A check that failed is made again. */
export class GraphSessions {
  readonly #open = new Map<string, Promise<OpenGraph>>();
  /** What was found at a source, so that it is looked for once at a time. */
  readonly #sought = new Map<string, Promise<GraphFile>>();
  /** Digests of the store's files, by path, size and time. */
  readonly #digests = new Map<string, string>();

  constructor(private readonly options: GraphSessionsOptions) {}

  /** @throws {SelvedgeError} `MODEL_INVALID`, `MODEL_UNREACHABLE`, `MODEL_UNKNOWN`, `MODEL_MISSING` */
  async open(source: GraphSource | AsyncIterable<Uint8Array>): Promise<GraphSession> {
    const graph = Symbol.asyncIterator in source
      ? await this.options.store.keep(source)
      : await this.#once(JSON.stringify(source), () => this.#find(source));
    const { shape } = await this.#check(graph);
    const names = (ports: readonly GraphPort[]) => ports.map(({ name }) => name);
    return {
      id: graph.digest,
      ...shape,
      inputNames: names(shape.inputs),
      outputNames: names(shape.outputs),
    };
  }

  /** @throws {SelvedgeError} `MODEL_MISSING` when it is not open, `INPUT_INVALID` when feeds do not fit */
  async run(id: string, feeds: TensorMap, options: GraphRunOptions): Promise<TensorMap> {
    const { graph, shape } = await this.#opened(id);
    for (const port of shape.inputs) requireFit(port, feeds[port.name]);
    const known = new Set(shape.inputs.map(({ name }) => name));
    const stranger = Object.keys(feeds).find((name) => !known.has(name));
    if (stranger !== undefined) {
      throw misfit(stranger, `the graph has no such input; it has ${[...known].join(", ")}`);
    }
    const outputs = new Set(shape.outputs.map(({ name }) => name));
    const unknown = options.outputs?.find((name) => !outputs.has(name));
    if (unknown !== undefined) {
      const message = `Cannot return output "${unknown}": the graph has ${[...outputs].join(", ")}`;
      throw new SelvedgeError("INPUT_INVALID", message);
    }
    return await this.options.runner.run(graph, feeds, options);
  }

  /** A graph that was opened before the engine last started is known by its file. */
  async #opened(id: string): Promise<OpenGraph> {
    const open = await this.#open.get(id);
    if (open !== undefined && await Deno.stat(open.graph.path).then(() => true, () => false)) return open;
    const graph = await this.options.store.find(id);
    if (graph === undefined) {
      this.#open.delete(id);
      throw new SelvedgeError(
        "MODEL_MISSING",
        `Cannot run graph ${id}: it is not here any more; open it again`,
      );
    }
    return await this.#check(graph);
  }

  #check(graph: GraphFile): Promise<OpenGraph> {
    const known = this.#open.get(graph.digest);
    if (known !== undefined) return known;
    const open = this.options.check(graph.path, { signal: never }).then((shape) => ({ graph, shape }));
    this.#open.set(graph.digest, open);
    open.catch(() => this.#open.delete(graph.digest));
    return open;
  }

  async #find(source: GraphSource): Promise<GraphFile> {
    if ("url" in source) return await this.options.store.fetch(source.url);
    const relative = normalize(source.path);
    if (isAbsolute(relative) || relative.startsWith("..")) {
      throw new SelvedgeError(
        "INPUT_INVALID",
        `Cannot open "${source.path}": it lies outside the model's folder`,
      );
    }
    const path = join(await this.options.folderOf(source.model), relative);
    const file = await Deno.stat(path).catch((cause) => {
      const message = `Cannot open "${source.path}" of model "${source.model}": it is not there`;
      throw new SelvedgeError("MODEL_MISSING", message, { cause });
    });
    const key = `${path} ${file.size} ${file.mtime?.getTime()}`;
    const digest = this.#digests.get(key) ?? await digestOf(path);
    this.#digests.set(key, digest);
    return { digest, path };
  }

  #once(key: string, find: () => Promise<GraphFile>): Promise<GraphFile> {
    const sought = this.#sought.get(key) ?? find().finally(() => this.#sought.delete(key));
    this.#sought.set(key, sought);
    return sought;
  }
}

function requireFit({ name, type, shape }: GraphPort, value: TensorValue | undefined): void {
  if (value === undefined) throw misfit(name, "it is missing");
  if (value.type !== type) throw misfit(name, `it is ${value.type}, and the graph takes ${type}`);
  // A graph that says no shape and one that takes a scalar look the same; ONNX Runtime tells them apart.
  const fits = shape.length === 0 || shape.length === value.dims.length &&
      shape.every((dim, index) => typeof dim === "string" || dim < 0 || dim === value.dims[index]);
  if (!fits) {
    throw misfit(name, `its dims are [${value.dims.join(", ")}], and the graph takes [${shape.join(", ")}]`);
  }
}

function misfit(name: string, why: string): SelvedgeError {
  return new SelvedgeError("INPUT_INVALID", `Cannot feed input "${name}": ${why}`);
}
