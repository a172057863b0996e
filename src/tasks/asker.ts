import { AsyncLocalStorage } from "node:async_hooks";

/** Who waits for the work at hand, and what cancels it. */
export interface Asker {
  readonly caller: string;
  readonly signal: AbortSignal;
}

const askers = new AsyncLocalStorage<Asker>();

/** Does `work` in the name of `asker`, to whatever depth of libraries. */
export function doFor<Result>(asker: Asker, work: () => Promise<Result>): Promise<Result> {
  return askers.run(asker, work);
}

/** In whose name the code that calls this runs; undefined at the start of the process. */
export function currentAsker(): Asker | undefined {
  return askers.getStore();
}
