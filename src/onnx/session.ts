import {
  callerHeader,
  decodeTensors,
  encodeTensors,
  type GraphPort,
  type GraphSession,
  type GraphSource,
  isSelvedgeError,
  outputsHeader,
  runPath,
  SelvedgeError,
  sessionsPath,
  type TensorMap,
  tensorValue,
} from "../contract/index.ts";
import type { EngineConnection } from "./connection.ts";
import { Tensor } from "./tensor.ts";

/** Whoever uses sessions: where the engine is, for whom the work is done, and what may cancel it. */
export interface SessionHost {
  readonly connection: EngineConnection;
  readonly caller: () => string;
  readonly signal?: () => AbortSignal | undefined;
  /** What a path stands for. Without it a session cannot be made of a path. */
  readonly sourceOf?: (path: string) => GraphSource;
  /** Whether an output is of use where the caller does not name those it wants. Without it, all are. */
  readonly isOfUse?: (output: string) => boolean;
}

/** Feeds by the names of inputs: our tensors, or those of another copy of ONNX Runtime's interface. */
export type Feeds = Readonly<
  Record<string, { readonly type: string; readonly data: unknown; readonly dims: readonly number[] }>
>;

/** What ONNX Runtime's interface says of an input or an output. */
export interface PortMetadata {
  readonly name: string;
  readonly isTensor: true;
  readonly type: string;
  /** A dimension that is free has a name, or `""`. */
  readonly shape: readonly (number | string)[];
}

/** A graph or a URL in UTF-8; no graph is so short and begins like an address. */
const longestUrlBytes = 8192;

/** A graph that the engine runs: `InferenceSession` of ONNX Runtime's JavaScript interface. */
export class RemoteSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];

  private constructor(
    private readonly host: SessionHost,
    private readonly graph: GraphSession,
    /** Where the engine may find the graph again; bytes are not kept. */
    private readonly source: GraphSource | undefined,
  ) {
    this.inputNames = graph.inputNames;
    this.outputNames = graph.outputNames;
  }

  /**
   * Opens a graph: its bytes, the UTF-8 bytes of its URL, or what the host takes for a path.
   *
   * @throws {SelvedgeError} `MODEL_INVALID`, `MODEL_UNREACHABLE`, `INPUT_INVALID`, `ENGINE_UNAVAILABLE`
   */
  static async open(host: SessionHost, given: unknown): Promise<RemoteSession> {
    const bytes = bytesOf(given);
    const source = bytes === undefined ? pathSource(host, given) : urlSource(bytes);
    return new RemoteSession(host, await post(host, source ?? bytes!), source);
  }

  /** The sha256 of the graph. */
  get sessionId(): string {
    return this.graph.id;
  }

  /** What the graph takes, in its order. */
  get inputMetadata(): readonly PortMetadata[] {
    return this.graph.inputs.map(metadataOf);
  }

  /** What the graph gives, in its order. */
  get outputMetadata(): readonly PortMetadata[] {
    return this.graph.outputs.map(metadataOf);
  }

  /**
   * Runs the graph. `fetches` names the outputs to return; without it, all.
   *
   * @throws {SelvedgeError} `INPUT_INVALID` when feeds do not fit the graph; `ENGINE_BUSY`, `ENGINE_UNAVAILABLE`
   */
  async run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, Tensor>> {
    const body = encodeTensors(tensorsOf(feeds));
    const wanted = Array.isArray(fetches) ? fetches : this.#useful();
    const stranger = wanted.find((name) => !this.outputNames.includes(name));
    if (stranger !== undefined) {
      const message = `Cannot return output "${stranger}": the graph has ${this.outputNames.join(", ")}`;
      throw new SelvedgeError("INPUT_INVALID", message);
    }
    const outputs = await this.#run(body, wanted).catch(async (error) => {
      if (this.source === undefined || !isSelvedgeError(error) || error.code !== "MODEL_MISSING") throw error;
      // The engine made room for other graphs meanwhile.
      await post(this.host, this.source);
      return await this.#run(body, wanted);
    });
    return Object.fromEntries(
      wanted.flatMap((name) => {
        const output = outputs[name];
        return output === undefined ? [] : [[name, new Tensor(output.type, output.data, output.dims)]];
      }),
    );
  }

  /** Does nothing: the engine keeps graphs by use. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  #useful(): readonly string[] {
    const { isOfUse } = this.host;
    return isOfUse === undefined ? this.outputNames : this.outputNames.filter((name) => isOfUse(name));
  }

  async #run(body: Uint8Array<ArrayBuffer>, wanted: readonly string[]): Promise<TensorMap> {
    const signal = this.host.signal?.();
    const isAll = wanted.length === this.outputNames.length;
    const headers = {
      [callerHeader]: this.host.caller(),
      ...(!isAll && { [outputsHeader]: wanted.map(encodeURIComponent).join(",") }),
    };
    return decodeTensors(await this.host.connection.post(runPath(this.graph.id), body, { headers, signal }));
  }
}

function metadataOf({ name, type, shape }: GraphPort): PortMetadata {
  return { name, isTensor: true, type, shape };
}

async function post(host: SessionHost, graph: GraphSource | Uint8Array<ArrayBuffer>): Promise<GraphSession> {
  const isBytes = graph instanceof Uint8Array;
  const type = isBytes ? "application/octet-stream" : "application/json";
  const headers = { "content-type": type, [callerHeader]: host.caller() };
  const signal = host.signal?.();
  const body = isBytes ? graph : JSON.stringify(graph);
  const bytes = await host.connection.post(sessionsPath, body, { headers, signal });
  return JSON.parse(new TextDecoder().decode(bytes));
}

function bytesOf(given: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (given instanceof Uint8Array) return given as Uint8Array<ArrayBuffer>;
  return given instanceof ArrayBuffer ? new Uint8Array(given) : undefined;
}

function urlSource(bytes: Uint8Array): GraphSource | undefined {
  if (bytes.length > longestUrlBytes) return undefined;
  const text = new TextDecoder().decode(bytes);
  return /^https?:\/\//.test(text) && URL.canParse(text) ? { url: text } : undefined;
}

function pathSource({ sourceOf }: SessionHost, given: unknown): GraphSource {
  if (typeof given === "string" && /^https?:\/\//.test(given)) return { url: given };
  if (typeof given === "string" && sourceOf !== undefined) return sourceOf(given);
  const what = typeof given === "string" ? `the path "${given}"` : `a value of type ${typeof given}`;
  throw new SelvedgeError(
    "INPUT_INVALID",
    `Cannot open a graph from ${what}: give the bytes of an ONNX file, or those of its URL`,
  );
}

function tensorsOf(feeds: Feeds): TensorMap {
  if (typeof feeds !== "object" || feeds === null) {
    throw new SelvedgeError("INPUT_INVALID", "Cannot run a graph: give an object of tensors by input name");
  }
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [name, tensorValue(type, data, dims)]),
  );
}
