import { SelvedgeError } from "./errors.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import {
  bytesOf,
  elementsOf,
  isTensorType,
  type NumericData,
  type TensorMap,
  type TensorType,
  tensorValue,
} from "./tensors.ts";

/** Where the engine opens a graph: `POST`, a {@linkcode GraphSource} as JSON or a graph's own bytes; answers {@linkcode GraphSession}. */
export const sessionsPath = "/sessions";
/** Where the engine runs an opened graph: `POST` and answer are {@linkcode encodeTensors}. */
export const runPath = (id: string): string => `${sessionsPath}/${id}/run`;
/** The request header that says whom work is done for. */
export const callerHeader = "x-selvedge-caller";

/** The request header that names the outputs to return, separated by commas, each as a component of a URI. */
export const outputsHeader = "x-selvedge-outputs";

/** A graph that need not be sent: one to fetch, or a file of a model in the store. */
export type GraphSource = { readonly url: string } | { readonly model: string; readonly path: string };

/** What a graph takes or gives under one name. */
export interface GraphPort {
  readonly name: string;
  /** One of {@linkcode TensorType}, or what ONNX Runtime calls a type that cannot be carried. */
  readonly type: string;
  /** A dimension that is free has a name, or `""`. */
  readonly shape: readonly (number | string)[];
}

/** The inputs and outputs of a graph, in its order. */
export interface GraphShape {
  readonly inputs: readonly GraphPort[];
  readonly outputs: readonly GraphPort[];
}

/** An opened graph. */
export interface GraphSession extends GraphShape {
  /** The sha256 of the graph's file. */
  readonly id: string;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

interface WireTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly byteLength: number;
  /** The elements of a tensor of strings. */
  readonly strings?: readonly string[];
}

/** Lays tensors out as a frame whose head lists them; strings stand in the head, other elements are parts. */
export function encodeTensors(tensors: TensorMap): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const head = Object.entries(tensors).map(([name, { type, dims, data }]): WireTensor => {
    const isText = Array.isArray(data);
    const part = isText ? new Uint8Array() : bytesOf(data as NumericData);
    parts.push(part);
    return { name, type, dims, byteLength: part.byteLength, ...(isText && { strings: data }) };
  });
  return encodeFrame(head, parts);
}

/**
 * Reads what {@linkcode encodeTensors} wrote. The elements are views into `bytes`.
 *
 * @throws {SelvedgeError} `INPUT_INVALID` when the bytes are not such a layout, or a tensor is not what it says
 */
export function decodeTensors(bytes: ArrayBuffer): TensorMap {
  const { head, parts } = frameOf(bytes);
  if (!Array.isArray(head) || head.length !== parts.length) throw invalid("its head is no list of tensors");
  const tensors: Record<string, ReturnType<typeof tensorValue>> = Object.create(null);
  for (const [index, wire] of head.entries()) {
    if (!isWireTensor(wire) || wire.name in tensors) throw invalid(`entry ${index} of its head is no tensor`);
    const { name, type, dims, strings } = wire;
    tensors[name] = tensorValue(type, type === "string" ? strings : elementsOf(type, parts[index]!), dims);
  }
  return tensors;
}

function frameOf(bytes: ArrayBuffer): ReturnType<typeof decodeFrame> {
  try {
    return decodeFrame(bytes);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function isWireTensor(value: unknown): value is WireTensor {
  return typeof value === "object" && value !== null &&
    "name" in value && typeof value.name === "string" &&
    "type" in value && isTensorType(value.type) &&
    "dims" in value && Array.isArray(value.dims);
}

function invalid(why: string): SelvedgeError {
  return new SelvedgeError("INPUT_INVALID", `Cannot read a map of tensors: ${why}`);
}
