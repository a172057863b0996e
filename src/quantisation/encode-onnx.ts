import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  type Attribute,
  elementTypes,
  type Graph,
  type GraphNode,
  type GraphValue,
  type Tensor,
} from "./onnx-graph.ts";

/** The operator sets that a written graph may use: ONNX's own and ONNX Runtime's contributions. */
const operatorSets = [{ domain: "", version: 18 }, { domain: "com.microsoft", version: 1 }];
const irVersion = 8;
const attributeTypes = { float: 1, integer: 2 };

/** Writes an ONNX file: the same bytes for the same graph, always. The field numbers are those of `onnx.proto`. */
export function encodeOnnx(graph: Graph): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Varint).int64(irVersion);
  text(writer, 2, "selvedge");
  message(writer, 7, () => writeGraph(writer, graph));
  for (const { domain, version } of operatorSets) {
    message(writer, 8, () => {
      text(writer, 1, domain);
      writer.tag(2, WireType.Varint).int64(version);
    });
  }
  return writer.finish();
}

/**
 * What makes the tensors named `names` outputs of a model when it is put behind the model's file: a protobuf
 * message that comes twice is merged. For looking into a graph.
 */
export function encodeFurtherOutputs(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  message(writer, 7, () => {
    for (const name of names) message(writer, 12, () => writeValue(writer, { name, elementType: "float" }));
  });
  return writer.finish();
}

function writeGraph(writer: BinaryWriter, graph: Graph): void {
  for (const node of graph.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, "encoder");
  for (const tensor of graph.constants) message(writer, 5, () => writeTensor(writer, tensor));
  for (const value of graph.inputs) message(writer, 11, () => writeValue(writer, value));
  for (const value of graph.outputs) message(writer, 12, () => writeValue(writer, value));
}

function writeNode(writer: BinaryWriter, { operator, domain, inputs, outputs, attributes }: GraphNode): void {
  for (const input of inputs) text(writer, 1, input);
  for (const output of outputs) text(writer, 2, output);
  // ONNX Runtime's profiler tells nodes by name; the first output's name is unique already.
  text(writer, 3, `${operator}:${outputs[0]}`);
  text(writer, 4, operator);
  for (const attribute of attributes) message(writer, 5, () => writeAttribute(writer, attribute));
  text(writer, 7, domain);
}

function writeAttribute(writer: BinaryWriter, { name, type, value }: Attribute): void {
  text(writer, 1, name);
  if (type === "float") writer.tag(2, WireType.Bit32).float(value);
  else writer.tag(3, WireType.Varint).int64(value);
  writer.tag(20, WireType.Varint).int32(attributeTypes[type]);
}

function writeTensor(writer: BinaryWriter, { name, dimensions, elementType, data }: Tensor): void {
  for (const dimension of dimensions) writer.tag(1, WireType.Varint).int64(dimension);
  writer.tag(2, WireType.Varint).int32(elementType);
  text(writer, 8, name);
  writer.tag(9, WireType.LengthDelimited).bytes(data);
}

type Value = Omit<GraphValue, "dimensions"> & Partial<GraphValue>;

function writeValue(writer: BinaryWriter, { name, elementType, dimensions }: Value): void {
  text(writer, 1, name);
  message(writer, 2, () =>
    message(writer, 1, () => {
      writer.tag(1, WireType.Varint).int32(elementTypes[elementType]);
      if (dimensions === undefined) return;
      message(writer, 2, () => {
        for (const dimension of dimensions) message(writer, 1, () => writeDimension(writer, dimension));
      });
    }));
}

function writeDimension(writer: BinaryWriter, dimension: number | string): void {
  if (typeof dimension === "string") text(writer, 2, dimension);
  else writer.tag(1, WireType.Varint).int64(dimension);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
