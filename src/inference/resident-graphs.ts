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
  #door: Promise<unknown> = Promise.resolve();
  #released = Promise.withResolvers<void>();

  constructor(private readonly limitBytes: number) {}

  /** Bytes that the loaded graphs take, about. */
  get bytes(): number {
    return this.#residents.values().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Has `thread` hold the graph until the lease is disposed. Who needs room that leases take waits until they end;
   * meanwhile nobody else gets a lease, so that they do end.
   *
   * @throws {SelvedgeError} `MODEL_TOO_LARGE` when the whole budget could not hold it; what ONNX Runtime says
   */
  async lease(thread: OnnxThread, graph: GraphFile): Promise<Disposable> {
    const entered = this.#door.then(() => this.#enter(thread, graph));
    this.#door = entered.catch(() => "it is told to who asked");
    const resident = await entered;
    try {
      await resident.loaded;
    } catch (error) {
      this.#residents.delete(resident);
      this.#tellOfRoom();
      throw error;
    }
    return { [Symbol.dispose]: () => this.#release(resident) };
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
    this.#tellOfRoom();
  }

  #find(thread: OnnxThread, digest: string): Resident | undefined {
    return this.#residents.values().find((one) => one.thread === thread && one.digest === digest);
  }

  async #enter(thread: OnnxThread, graph: GraphFile): Promise<Resident> {
    const resident = this.#find(thread, graph.digest) ?? await this.#load(thread, graph);
    resident.leases++;
    return resident;
  }

  #release(resident: Resident): void {
    resident.leases--;
    resident.lastUsedAt = Date.now();
    this.#tellOfRoom();
  }

  #tellOfRoom(): void {
    this.#released.resolve();
    this.#released = Promise.withResolvers();
  }

  async #load(thread: OnnxThread, graph: GraphFile): Promise<Resident> {
    const bytes = Math.round(await sizeOf(graph.path) * expansion);
    await this.#makeRoom(bytes);
    const { intraOpThreads } = thread.plan;
    const loaded = thread.ask({ type: "load", graph, intraOpThreads });
    loaded.catch(() => "lease() says it");
    const { digest } = graph;
    const resident = { thread, digest, bytes, loaded, leases: 0, lastUsedAt: Date.now() };
    this.#residents.add(resident);
    return resident;
  }

  async #makeRoom(bytes: number): Promise<void> {
    if (bytes > this.limitBytes) {
      const [needed, limit] = [bytes, this.limitBytes].map((value) => Math.ceil(value / 1e6));
      throw new SelvedgeError(
        "MODEL_TOO_LARGE",
        `Cannot load a graph of about ${needed} MB: all models together may take ${limit} MB; ` +
          "raise memory_mb under [selvedge.engine] in config.toml",
      );
    }
    while (this.bytes + bytes > this.limitBytes) {
      const [oldest] = [...this.#residents].filter(({ leases }) => leases === 0)
        .sort((a, b) => a.lastUsedAt - b.lastUsedAt);
      if (oldest === undefined) await this.#released.promise;
      else void this.#unload(oldest);
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
