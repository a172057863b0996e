import type { OptimiseModel } from "../models/index.ts";
import { optimiseModel } from "../quantisation/index.ts";

/** Makes the int8 graph of an embedding model, in a process of its own. */
export const optimise: OptimiseModel = optimiseModel;
