import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { isSelvedgeError, type Priority } from "../contract/index.ts";

interface Readings {
  waitingTokens(priority: Priority): number;
  cacheBytes(): number;
  graphBytes(): number;
}

const priorities = ["interactive", "bulk"] as const;

/** What the engine counts, for Prometheus. Names are the same here, in the docs and in dashboards. */
export class EngineMetrics {
  readonly #registry = new Registry();
  readonly #tokens = this.#counter("tokens_total", "Tokens run, without padding", ["model", "priority"]);
  readonly #padding = this.#counter("padding_tokens_total", "Tokens run as padding", ["model", "priority"]);
  readonly #runMs = this.#counter("run_milliseconds_total", "Time in ONNX Runtime", ["model", "priority"]);
  readonly #cpuMs = this.#counter("cpu_milliseconds_total", "CPU time of batches", ["model", "priority"]);
  readonly #refusals = this.#counter("refusals_total", "Requests refused because too many wait", ["model"]);
  readonly #cache = this.#counter("cache_lookups_total", "Rows looked up in the cache", ["model", "result"]);
  readonly #batchRows = new Histogram({
    name: "selvedge_engine_batch_rows",
    help: "Texts in a batch",
    labelNames: ["model", "priority"],
    buckets: [1, 2, 4, 8, 16, 32],
    registers: [this.#registry],
  });

  /** Starts to report what `readings` say at each look. */
  watch(readings: Readings): void {
    collectDefaultMetrics({ register: this.#registry, prefix: "selvedge_engine_" });
    this.#gauge("queue_tokens", "Tokens that wait or run", ["priority"], (gauge) => {
      for (const priority of priorities) gauge.set({ priority }, readings.waitingTokens(priority));
    });
    this.#gauge(
      "cache_bytes",
      "Bytes the cache holds in memory",
      [],
      (gauge) => gauge.set(readings.cacheBytes()),
    );
    this.#gauge(
      "graph_bytes",
      "Bytes the loaded graphs take, about",
      [],
      (gauge) => gauge.set(readings.graphBytes()),
    );
  }

  batchRan(
    model: string,
    priority: Priority,
    batch: readonly { length: number }[],
    runMs: number,
    cpuMs: number,
  ): void {
    const labels = { model, priority };
    const tokens = batch.reduce((sum, { length }) => sum + length, 0);
    const longest = Math.max(...batch.map(({ length }) => length));
    this.#batchRows.observe(labels, batch.length);
    this.#tokens.inc(labels, tokens);
    this.#padding.inc(labels, longest * batch.length - tokens);
    this.#runMs.inc(labels, runMs);
    this.#cpuMs.inc(labels, cpuMs);
  }

  cacheAnswered(model: string, isHit: boolean): void {
    this.#cache.inc({ model, result: isHit ? "hit" : "miss" });
  }

  /** Does `enter`, and counts when it is refused. */
  countingRefusals<Value>(model: string, enter: () => Value): Value {
    try {
      return enter();
    } catch (error) {
      if (isSelvedgeError(error) && error.code === "ENGINE_BUSY") this.#refusals.inc({ model });
      throw error;
    }
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    return await this.#registry.metrics();
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name: `selvedge_engine_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #gauge(name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void): void {
    new Gauge({
      name: `selvedge_engine_${name}`,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        read(this);
      },
    });
  }
}
