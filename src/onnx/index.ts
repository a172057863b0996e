export { EngineConnection, type PostOptions } from "./connection.ts";
export { onnxRuntime, onnxRuntimeKey } from "./runtime.ts";
export type { Feeds, RemoteSession, SessionHost } from "./session.ts";
export { Tensor } from "./tensor.ts";
export { standIn } from "./stand-ins.ts";
