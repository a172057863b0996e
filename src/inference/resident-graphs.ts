import { SelvedgeError } from "../contract/index.ts";
import type { GraphFile } from "./onnx-messages.ts";
import type { OnnxThread } from "./onnx-thread.ts";

/** A graph in memory takes about so much of its file's size: weights laid out anew for the kernels. */
const expansion = 1.3;

interface Resident {
  readonly thread: OnnxThread;
  readonly digest: string;
  readonly bytes: number;
  readonly loaded: Promise<unknown>;
  leases: number;
  lastUsedAt: number;
}

/**
 * Which thread holds which graph. Graphs are loaded when they are first leased, and the least recently used ones
 * that nobody leases make room when the budget is reached.
 */
export class ResidentGraphs {
  readonly #residents = new Set<Resident>();

  constructor(private readonly limitBytes: number) {}

  /** Bytes that the loaded graphs take, about. */
  get bytes(): number {
    return this.#residents.values().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Has `thread` hold the graph until the lease is disposed.
   *
   * @throws {SelvedgeError} `MODEL_TOO_LARGE` when the budget cannot hold it; what ONNX Runtime says of the file
   */
  async lease(thread: OnnxThread, graph: GraphFile): Promise<Disposable> {
    const resident = this.#find(thread, graph.digest) ?? await this.#load(thread, graph);
    resident.leases++;
    const release = () => {
      resident.leases--;
      resident.lastUsedAt = Date.now();
    };
    try {
      await resident.loaded;
    } catch (error) {
      this.#residents.delete(resident);
      throw error;
    }
    return { [Symbol.dispose]: release };
  }

  /** Unloads what was not used for `idleMs`, unless `keep` says otherwise. */
  async sweep(idleMs: number, keep: (thread: OnnxThread, digest: string) => boolean): Promise<void> {
    const before = Date.now() - idleMs;
    for (const resident of this.#residents) {
      const { leases, lastUsedAt, thread, digest } = resident;
      if (leases === 0 && lastUsedAt < before && !keep(thread, digest)) await this.#unload(resident);
    }
  }

  /** Says that a thread lost all it held. */
  forget(thread: OnnxThread): void {
    for (const resident of this.#residents) if (resident.thread === thread) this.#residents.delete(resident);
  }

  #find(thread: OnnxThread, digest: string): Resident | undefined {
    return this.#residents.values().find((one) => one.thread === thread && one.digest === digest);
  }

  async #load(thread: OnnxThread, graph: GraphFile): Promise<Resident> {
    const bytes = Math.round(await sizeOf(graph.path) * expansion);
    const known = this.#find(thread, graph.digest);
    if (known !== undefined) return known;
    this.#makeRoom(bytes, graph);
    const { intraOpThreads } = thread.plan;
    const loaded = thread.ask({ type: "load", graph, intraOpThreads });
    loaded.catch(() => "lease() says it");
    const { digest } = graph;
    const resident = { thread, digest, bytes, loaded, leases: 0, lastUsedAt: Date.now() };
    this.#residents.add(resident);
    return resident;
  }

  #makeRoom(bytes: number, { path }: GraphFile): void {
    const idle = [...this.#residents].filter(({ leases }) => leases === 0)
      .sort((a, b) => a.lastUsedAt - b.lastUsedAt);
    while (this.bytes + bytes > this.limitBytes) {
      const oldest = idle.shift();
      if (oldest === undefined) {
        const [needed, limit, used] = [bytes, this.limitBytes, this.bytes].map((value) =>
          Math.ceil(value / 1e6)
        );
        throw new SelvedgeError(
          "MODEL_TOO_LARGE",
          `Cannot load ${path}: it takes about ${needed} MB, and ${used} of ${limit} MB are in use; ` +
            "raise memory_mb under [selvedge.engine] in config.toml",
        );
      }
      void this.#unload(oldest);
    }
  }

  async #unload(resident: Resident): Promise<void> {
    this.#residents.delete(resident);
    await resident.thread.ask({ type: "unload", digest: resident.digest }).catch(() =>
      "the thread died: it is gone"
    );
  }
}

/** The size of a graph's file, and of the weights beside it where there are such. */
async function sizeOf(path: string): Promise<number> {
  const beside = await Deno.stat(`${path}_data`).catch(() => undefined);
  return (await Deno.stat(path)).size + (beside?.size ?? 0);
}
