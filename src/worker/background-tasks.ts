/** The promises given to `EdgeRuntime.waitUntil` that have not settled. */
export class BackgroundTasks {
  readonly #tasks = new Set<Promise<unknown>>();

  /** Keeps the process until `task` settles, and returns `task`. A rejection is logged and goes no further. */
  waitUntil<Value>(task: Promise<Value>): Promise<Value> {
    const kept = task.catch((error) => console.error(error)).finally(() => this.#tasks.delete(kept));
    this.#tasks.add(kept);
    return task;
  }

  /** Resolves when all tasks have settled, those that began meanwhile included. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }
}
