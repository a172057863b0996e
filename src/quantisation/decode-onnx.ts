import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { SelvedgeError } from "../contract/index.ts";
import type { GraphNode, ReadGraph, Tensor } from "./onnx-graph.ts";

/** Reads one field of a message by its number; `false` when it is of no interest and is to be skipped. */
type ReadField = (field: number, reader: BinaryReader, wire: WireType) => boolean;

const externalLocation = 1;

/**
 * Reads the graph of an ONNX file. The values of its tensors are views into `bytes`, so that reading costs no
 * memory beside the file's own. The field numbers are those of ONNX's `onnx.proto`.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when the bytes are not a whole ONNX model
 */
export function decodeOnnx(bytes: Uint8Array): ReadGraph {
  let graph: ReadGraph | undefined;
  try {
    readFields(bytes, (field, reader) => {
      if (field !== 7) return false;
      graph = decodeGraph(reader.bytes());
      return true;
    });
  } catch (error) {
    throw new SelvedgeError("MODEL_INVALID", "Cannot read the model: its bytes are not a whole ONNX file", {
      cause: error,
    });
  }
  if (graph === undefined || graph.nodes.length === 0) {
    throw new SelvedgeError("MODEL_INVALID", "Cannot read the model: the file holds no ONNX graph");
  }
  return graph;
}

function decodeGraph(bytes: Uint8Array): ReadGraph {
  const graph = {
    nodes: [] as GraphNode[],
    constants: [] as Tensor[],
    inputNames: [] as string[],
    outputNames: [] as string[],
  };
  readFields(bytes, (field, reader) => {
    if (field === 1) graph.nodes.push(decodeNode(reader.bytes()));
    else if (field === 5) graph.constants.push(decodeTensor(reader.bytes()));
    else if (field === 11) graph.inputNames.push(decodeName(reader.bytes()));
    else if (field === 12) graph.outputNames.push(decodeName(reader.bytes()));
    else return false;
    return true;
  });
  return graph;
}

function decodeNode(bytes: Uint8Array): GraphNode {
  const node = {
    operator: "",
    domain: "",
    inputs: [] as string[],
    outputs: [] as string[],
    attributes: [],
  };
  readFields(bytes, (field, reader) => {
    if (field === 1) node.inputs.push(reader.string());
    else if (field === 2) node.outputs.push(reader.string());
    else if (field === 4) node.operator = reader.string();
    else if (field === 7) node.domain = reader.string();
    else return false;
    return true;
  });
  return node;
}

function decodeTensor(bytes: Uint8Array): Tensor {
  const tensor = {
    name: "",
    dimensions: [] as number[],
    elementType: 0,
    data: new Uint8Array() as Uint8Array,
  };
  let isExternal = false;
  readFields(bytes, (field, reader, wire) => {
    if (field === 1) tensor.dimensions.push(...decodeIntegers(reader, wire));
    else if (field === 2) tensor.elementType = reader.int32();
    // Packed floats have the layout of raw data.
    else if ((field === 4 && wire === WireType.LengthDelimited) || field === 9) tensor.data = reader.bytes();
    else if (field === 8) tensor.name = reader.string();
    else if (field === 14) isExternal = reader.int32() === externalLocation;
    else return false;
    return true;
  });
  return { ...tensor, isExternal };
}

/** Whole numbers of a repeated field, packed or one by one: writers may do either. */
function decodeIntegers(reader: BinaryReader, wire: WireType): number[] {
  if (wire === WireType.Varint) return [Number(reader.int64())];
  const packed = new BinaryReader(reader.bytes());
  const values: number[] = [];
  while (packed.pos < packed.len) values.push(Number(packed.int64()));
  return values;
}

function decodeName(bytes: Uint8Array): string {
  let name = "";
  readFields(bytes, (field, reader) => {
    if (field !== 1) return false;
    name = reader.string();
    return true;
  });
  return name;
}

function readFields(bytes: Uint8Array, read: ReadField): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!read(field, reader, wire)) reader.skip(wire, field);
  }
}
