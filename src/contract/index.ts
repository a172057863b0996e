export {
  type Actor,
  type ErrorCode,
  errorKinds,
  isErrorCode,
  isSelvedgeError,
  SelvedgeError,
} from "./errors.ts";
export {
  decodeRows,
  embedPath,
  type EmbedRequest,
  encodeRows,
  type EngineFault,
  loadPath,
  modelDigestHeader,
} from "./embedding.ts";
export {
  controlSocketVariable,
  type FunctionBoot,
  type FunctionListening,
  type FunctionStop,
} from "./function-process.ts";
