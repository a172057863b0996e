export {
  type Actor,
  type ErrorCode,
  errorKinds,
  isErrorCode,
  isSelvedgeError,
  SelvedgeError,
} from "./errors.ts";
export {
  type Chunking,
  decodeEmbedReply,
  type EmbeddedRow,
  type EmbeddingOutput,
  embedPath,
  type EmbedReply,
  type EmbedRequest,
  type EmbedTiming,
  encodeEmbedReply,
  type EngineFault,
  type InputType,
  loadPath,
  maxInputs,
  metricsPath,
  type Priority,
  type RowValues,
} from "./embedding.ts";
export {
  controlSocketVariable,
  type FunctionBoot,
  type FunctionListening,
  type FunctionStop,
} from "./function-process.ts";
