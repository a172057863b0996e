import { setTimeout as delay } from "node:timers/promises";
import { type Dispatcher, Pool } from "undici";
import {
  decodeEmbedReply,
  embedPath,
  type EmbedReply,
  type EmbedRequest,
  type EngineFault,
  isErrorCode,
  isSelvedgeError,
  metricsPath,
  SelvedgeError,
} from "../contract/index.ts";

/** Requests under way at a time, each with a connection of its own, so that the engine sees them all and can be fair. */
const maxUnderWay = 1_024;
/** Embedding twice is harmless, but what ends the engine each time should not be sent for ever. */
const maxAttemptsSent = 3;
const firstWaitMs = 25;
const longestWaitMs = 500;
/** What connecting fails with while there is no engine, or while it is too busy to accept. */
const notConnected = new Set(["ENOENT", "ECONNREFUSED", "EAGAIN"]);

/** Options of {@linkcode EngineClient}. */
export interface EngineClientOptions {
  /** How long a request waits for an engine that is not there; longer than the engine takes to start again. */
  readonly patienceMs?: number;
}

/**
 * The host's client of the engine, for as many requests at a time as the engine takes. It outlives the engine's
 * process: a request that found none waits for the next. Whoever made it closes it.
 */
export class EngineClient {
  readonly #pool: Pool;
  readonly #patienceMs: number;
  #underWay = 0;

  constructor(socket: string, { patienceMs = 10_000 }: EngineClientOptions = {}) {
    // The engine answers when the work is done, however long that takes: the caller's signal is the limit.
    this.#pool = new Pool("http://engine", { socketPath: socket, headersTimeout: 0, bodyTimeout: 0 });
    this.#patienceMs = patienceMs;
  }

  /**
   * Embeds; aborting `signal` cancels the work.
   *
   * @throws {SelvedgeError} what the engine said; `ENGINE_BUSY` when too many requests are under way;
   *   `ENGINE_UNAVAILABLE` when no engine came in time, or three ended before they answered; `CANCELLED`
   */
  async embed(request: EmbedRequest, signal: AbortSignal): Promise<EmbedReply> {
    if (this.#underWay >= maxUnderWay) {
      const message = `Cannot embed now: ${maxUnderWay} requests are under way; try again`;
      throw new SelvedgeError("ENGINE_BUSY", message, { retryAfterSeconds: 1 });
    }
    this.#underWay++;
    try {
      return decodeEmbedReply(await this.#sendUntilAnswered(JSON.stringify(request), signal));
    } catch (error) {
      throw signal.aborted && !isSelvedgeError(error) ? cancelled(error) : error;
    } finally {
      this.#underWay--;
    }
  }

  /** The engine's metrics, in Prometheus' text format. @throws {SelvedgeError} `ENGINE_UNAVAILABLE` */
  async metrics(): Promise<string> {
    try {
      const { body } = await this.#pool.request({ path: metricsPath, method: "GET" });
      return await body.text();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** Cuts what is under way. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #sendUntilAnswered(body: string, signal: AbortSignal): Promise<ArrayBuffer> {
    let deadline = Date.now() + this.#patienceMs;
    let sent = 0;
    for (let waitMs = firstWaitMs;; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      try {
        return await this.#send(body, signal);
      } catch (error) {
        if (isSelvedgeError(error) || signal.aborted) throw error;
        if (!notConnected.has(systemCode(error))) {
          sent++;
          // What the work took is not the time that an engine was missing.
          deadline = Date.now() + this.#patienceMs;
        }
        if (sent === maxAttemptsSent || Date.now() + waitMs > deadline) throw unavailable(error);
      }
      await delay(waitMs, undefined, { signal });
    }
  }

  async #send(body: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const response = await this.#pool.request({ path: embedPath, method: "POST", body, signal });
    if (response.statusCode !== 200) throw await fault(response);
    return await response.body.arrayBuffer();
  }
}

async function fault({ body }: Dispatcher.ResponseData): Promise<SelvedgeError> {
  const { code, message, retryAfterSeconds } = await body.json() as EngineFault;
  return new SelvedgeError(isErrorCode(code) ? code : "INTERNAL", message, { retryAfterSeconds });
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function unavailable(cause: unknown): SelvedgeError {
  const message = "The inference engine does not answer; it starts again by itself, so try again in a moment";
  return new SelvedgeError("ENGINE_UNAVAILABLE", message, { cause, retryAfterSeconds: 1 });
}

function cancelled(cause: unknown): SelvedgeError {
  return new SelvedgeError("CANCELLED", "The caller has gone", { cause });
}
