export {
  type FunctionDefinition,
  type FunctionSettings,
  isFunctionName,
  listFunctions,
} from "./definition.ts";
export type { FunctionRequest, Respond, ResponseHead } from "./process-client.ts";
export { Functions, type FunctionsOptions } from "./functions.ts";
