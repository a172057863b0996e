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
  modelFolderPath,
  type Priority,
  type RowValues,
} from "./embedding.ts";
export {
  controlSocketVariable,
  type FunctionBoot,
  type FunctionListening,
  type FunctionStop,
} from "./function-process.ts";
export { decodeFrame, encodeFrame, type Frame } from "./frame.ts";
export {
  type Attachment,
  decodeTaskRequest,
  encodeTaskRequest,
  pipelinePath,
  type TaskName,
  taskNames,
  type TaskRequest,
} from "./tasks.ts";
export {
  sizeOf,
  type TensorData,
  type TensorMap,
  type TensorType,
  type TensorValue,
  tensorValue,
} from "./tensors.ts";
export {
  callerHeader,
  decodeTensors,
  encodeTensors,
  type GraphPort,
  type GraphSession,
  type GraphShape,
  type GraphSource,
  outputsHeader,
  runPath,
  sessionsPath,
} from "./tensor-wire.ts";
