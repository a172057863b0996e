export { catalogue, type CatalogueSource, findModel, type ModelEntry, type ModelFile } from "./catalogue.ts";
export { formatBytes } from "./byte-size.ts";
export { type FileVerdict, isInstalled, removeModel, verifyModel } from "./inventory.ts";
export { folderOf } from "./task-folder.ts";
export { cacheFolder, type Environment } from "./places.ts";
export type { ProgressOutput, ProgressPrinter } from "./progress-output.ts";
export { progressPrinter } from "./progress-printer.ts";
export { pullModel, type PullOptions, type PullProgress } from "./pull.ts";
export { type LocatedModel, ModelStore } from "./store.ts";
