export {
  type FunctionDefinition,
  type FunctionSettings,
  isFunctionName,
  listFunctions,
} from "./definition.ts";
export { Functions, type FunctionsOptions } from "./functions.ts";
