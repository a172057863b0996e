/** The value below which a fraction of the samples lies (nearest rank). */
export function percentile(samples: readonly number[], fraction: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!;
}

/** The time that `action` takes, in milliseconds. */
export async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await action();
  return performance.now() - startedAt;
}

/** One figure of the benchmark: what was measured, and how it stands to a baseline of the same run. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly goal: string;
  readonly isReached: boolean;
}

/** A figure in milliseconds that is to stay under `goalMs`. */
export function under(name: string, milliseconds: number, goalMs: number, note = ""): Figure {
  const value = `${milliseconds.toFixed(1)} ms${note}`;
  return { name, value, goal: `under ${goalMs} ms`, isReached: milliseconds < goalMs };
}
