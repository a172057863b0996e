import { totalmem } from "node:os";

/** What an engine is started with. Crosses to its process as one JSON argument. */
export interface EngineSettings {
  /** The unix socket to answer on. */
  readonly socket: string;
  /** The model to have ready, and to keep. */
  readonly model: string;
  /** Whether it is to end when it cannot load its model; else it serves the others. */
  readonly isModelRequired: boolean;
  /** Bytes of vectors kept in memory; 0 keeps none. */
  readonly cacheBytes: number;
  /** A file to keep vectors in beyond memory. */
  readonly cacheFile?: string;
  /** Bytes that loaded graphs may take, about. */
  readonly memoryBytes: number;
  /** A graph that was not used for so long is unloaded, but for the model that is kept. */
  readonly idleUnloadMs: number;
}

/** What an engine is started with where nothing was said. */
export const defaultEngineSettings = {
  isModelRequired: true,
  cacheBytes: 64 * 1024 * 1024,
  memoryBytes: Math.floor(totalmem() / 2),
  idleUnloadMs: 5 * 60 * 1000,
} as const satisfies Partial<EngineSettings>;
