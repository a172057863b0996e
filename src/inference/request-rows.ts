import type { EmbeddedRow, EmbedReply, EmbedRequest } from "../contract/index.ts";
import type { Seat } from "./admission.ts";
import type { PlannedRow } from "./input-plan.ts";
import type { LoadedModel } from "./model-registry.ts";
import { encodeOutput } from "./row-output.ts";
import type { RowResult, RowWork } from "./row-work.ts";

/** A row of a reply: computed for it, or cached. */
export type RowAnswer = Pick<RowResult, "row" | "tokens" | "truncated">;

/** The rows of one request, on their way, and what they cost. */
export class RequestRows {
  cachedRows = 0;
  tokenizeMs = 0;
  readonly #planned: PlannedRow[] = [];
  readonly #answers: Promise<RowAnswer>[] = [];
  #queueMs = 0;
  #runMs = 0;
  #poolMs = 0;
  #waitingTokens = 0;
  #progressed = Promise.withResolvers<void>();
  #failure: { readonly reason: unknown } | undefined;

  constructor(private readonly seat: Seat, private readonly signal: AbortSignal) {}

  /** Tokens of this request that wait for a lane or are in one. */
  get waitingTokens(): number {
    return this.#waitingTokens;
  }

  add(planned: PlannedRow, answer: Promise<RowAnswer>): void {
    answer.catch(() => "all() has the error");
    this.#planned.push(planned);
    this.#answers.push(answer);
  }

  /** Waits for a row and adds up what it cost. */
  async wait(work: RowWork): Promise<RowAnswer> {
    this.#waitingTokens += work.length;
    try {
      const result = await work.wait(this.signal);
      this.#queueMs = Math.max(this.#queueMs, result.queueMs);
      this.#runMs += result.runMs;
      this.#poolMs += result.poolMs;
      this.seat.done(work.length);
      return result;
    } catch (reason) {
      this.#failure ??= { reason };
      throw reason;
    } finally {
      this.#waitingTokens -= work.length;
      this.#progressed.resolve();
      this.#progressed = Promise.withResolvers();
    }
  }

  /** Resolves when another row is done. @throws what a row failed with */
  async progress(): Promise<void> {
    await this.#progressed.promise;
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** All rows, in order. @throws what the first of them failed with */
  async all(): Promise<RowAnswer[]> {
    return await Promise.all(this.#answers);
  }

  reply(model: LoadedModel, { output = "float" }: EmbedRequest, answers: readonly RowAnswer[]): EmbedReply {
    const rows = answers.map(({ tokens, truncated }, index): EmbeddedRow => {
      const { input, range } = this.#planned[index]!;
      return { input, tokens, truncated, ...(range && { range }) };
    });
    const [queueMs, runMs, poolMs, tokenizeMs] = [this.#queueMs, this.#runMs, this.#poolMs, this.tokenizeMs];
    return {
      digest: model.digest,
      output,
      rows,
      cachedRows: this.cachedRows,
      timing: { tokenizeMs, queueMs, runMs, poolMs },
      values: answers.map(({ row }) => encodeOutput(row, output)),
    };
  }
}
