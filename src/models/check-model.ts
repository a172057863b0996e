/** The files of a model that is to be tried, and the longest input it will be given. */
export interface CheckModelJob {
  readonly graph: string;
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
}

/**
 * Tries a model where it can do no harm.
 *
 * @throws MODEL_INVALID when it is no embedding model that runs.
 */
export type CheckModel = (job: CheckModelJob) => Promise<{ readonly dimensions: number }>;
