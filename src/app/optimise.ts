import { SelvedgeError } from "../contract/index.ts";
import type { OptimiseModel } from "../models/index.ts";

/** Makes the int8 graph of an embedding model. */
export const optimise: OptimiseModel = () =>
  Promise.reject(
    new SelvedgeError(
      "MODEL_INVALID",
      "Cannot make an int8 graph: this Selvedge has no optimiser; expected a model that a source carries",
    ),
  );
