export { type Agreement, requiredAgreement } from "./accuracy.ts";
export type { OptimisedModel, OptimiseJob } from "./job.ts";
export { optimiseModel, type OptimiseRequest } from "./optimise-model.ts";
