import { SelvedgeError } from "../contract/index.ts";
import type { Bert, BertLayer, Linear, Norm } from "./bert.ts";
import { elementTypes, type GraphNode, type ReadGraph, type Tensor } from "./onnx-graph.ts";

const wordsName = "embeddings.word_embeddings.weight";

/**
 * Finds the weights of a BERT encoder in an exported graph: parameters by the names that the model's authors gave
 * them, matrices, which an export renames, by the bias that is added to their product.
 *
 * @throws {SelvedgeError} `MODEL_INVALID` when the graph is not such an encoder in fp32, naming what is amiss
 */
export function readBert(graph: ReadGraph): Bert {
  const parameters = new Parameters(graph);
  const { dimensions: [vocabulary, hidden], values: words } = parameters.matrix(wordsName);
  const positions = parameters.matrix("embeddings.position_embeddings.weight");
  const layerCount = parameters.countLayers();
  refuseOthers(graph, parameters, layerCount);
  return {
    hidden,
    vocabulary,
    positions: positions.dimensions[0],
    words,
    positionTable: withTokenType(positions.values, parameters),
    embeddingNorm: parameters.norm("embeddings.LayerNorm", hidden),
    layerCount,
    layer: (index) => readLayer(parameters, `encoder.layer.${index}`, hidden),
  };
}

function readLayer(parameters: Parameters, name: string, hidden: number): BertLayer {
  const linear = (part: string, inputs = hidden, outputs = hidden) =>
    parameters.linear(`${name}.${part}`, inputs, outputs);
  const wide = parameters.vector(`${name}.intermediate.dense.bias`).length;
  return {
    query: linear("attention.self.query"),
    key: linear("attention.self.key"),
    value: linear("attention.self.value"),
    attentionOutput: linear("attention.output.dense"),
    attentionNorm: parameters.norm(`${name}.attention.output.LayerNorm`, hidden),
    intermediate: linear("intermediate.dense", hidden, wide),
    output: linear("output.dense", wide, hidden),
    outputNorm: parameters.norm(`${name}.output.LayerNorm`, hidden),
  };
}

/** What has BERT's names and computes something else. */
function refuseOthers(graph: ReadGraph, parameters: Parameters, layerCount: number): void {
  const count = (...operators: string[]) =>
    graph.nodes.filter(({ operator }) => operators.includes(operator)).length;
  if (count("CumSum") > 0) throw unsupported("it counts positions from the padding token, as RoBERTa does");
  if (count("Erf", "Gelu") < layerCount) throw unsupported("its activation is not the exact GELU");
  if (parameters.has("encoder.layer.0.attention.self.distance_embedding.weight")) {
    throw unsupported("its positions are relative");
  }
}

function withTokenType(positions: Float32Array, parameters: Parameters): Float32Array {
  const name = "embeddings.token_type_embeddings.weight";
  if (!parameters.has(name)) return positions;
  const { dimensions: [, hidden], values: types } = parameters.matrix(name);
  return positions.map((value, index) => value + types[index % hidden]!);
}

/** The named parameters of a graph. */
class Parameters {
  readonly #constants: ReadonlyMap<string, Tensor>;
  /** Exports keep one of several equal parameters, and name the others by nodes that copy it. */
  readonly #copies: ReadonlyMap<string, string>;
  readonly #makers: ReadonlyMap<string, GraphNode>;
  readonly #adds: ReadonlyMap<string, GraphNode>;
  /** What goes before every name, when the encoder is a part of a greater model. */
  readonly #prefix: string;

  constructor({ nodes, constants }: ReadGraph) {
    this.#constants = new Map(constants.map((tensor) => [tensor.name, tensor]));
    const copies = nodes.filter(({ operator }) => operator === "Identity");
    this.#copies = new Map(copies.map(({ inputs, outputs }) => [outputs[0]!, inputs[0]!]));
    this.#makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node])));
    const adds = nodes.filter(({ operator }) => operator === "Add");
    this.#adds = new Map(adds.flatMap((node) => node.inputs.map((input) => [input, node])));
    const words = [...this.#constants.keys()].find((name) => name.endsWith(wordsName));
    if (words === undefined) throw unsupported(`it has no parameter named ${wordsName}`);
    this.#prefix = words.slice(0, -wordsName.length);
  }

  has(name: string): boolean {
    return this.#find(this.#prefix + name) !== undefined;
  }

  countLayers(): number {
    let count = 0;
    while (this.has(`encoder.layer.${count}.attention.self.query.bias`)) count++;
    if (count === 0) throw unsupported("it has no parameter named encoder.layer.0.attention.self.query.bias");
    return count;
  }

  vector(name: string, length?: number): Float32Array {
    const { dimensions, data } = this.#floats(this.#prefix + name);
    if (dimensions.length !== 1 || (length !== undefined && length !== dimensions[0])) {
      throw unsupported(`${name} has the dimensions ${dimensions.join(" × ")} and should have ${length}`);
    }
    return data;
  }

  matrix(name: string): { dimensions: [number, number]; values: Float32Array } {
    const { dimensions, data } = this.#floats(this.#prefix + name);
    const [rows, columns] = dimensions;
    if (rows === undefined || columns === undefined) throw unsupported(`${name} is not a matrix`);
    return { dimensions: [rows, columns], values: data };
  }

  norm(name: string, length: number): Norm {
    return { gain: this.vector(`${name}.weight`, length), offset: this.vector(`${name}.bias`, length) };
  }

  linear(name: string, inputs: number, outputs: number): Linear {
    const bias = this.vector(`${name}.bias`, outputs);
    const biasName = `${this.#prefix}${name}.bias`;
    const product = this.#adds.get(biasName)?.inputs.find((input) => input !== biasName);
    const node = product === undefined ? undefined : this.#makers.get(product);
    const [input, weights] = node?.inputs ?? [];
    if (node?.operator !== "MatMul" || input === undefined || weights === undefined) {
      throw unsupported(`${name} is not a MatMul followed by an Add, as exports in fp32 have it`);
    }
    const { dimensions, data } = this.#floats(weights);
    if (dimensions[0] !== inputs || dimensions[1] !== outputs) {
      throw unsupported(`${name} is ${dimensions.join(" × ")} and should be ${inputs} × ${outputs}`);
    }
    return { input, inputs, outputs, weights: data, bias };
  }

  #find(name: string): Tensor | undefined {
    return this.#constants.get(name) ?? this.#constants.get(this.#copies.get(name) ?? "");
  }

  #floats(name: string): { dimensions: readonly number[]; data: Float32Array } {
    const tensor = this.#find(name);
    if (tensor === undefined) throw unsupported(`it has no parameter named ${name}`);
    const { dimensions, elementType, data, isExternal } = tensor;
    if (isExternal) throw unsupported(`it keeps ${name} in another file (external data)`);
    if (elementType !== elementTypes.float) throw unsupported(`${name} is not fp32`);
    const count = dimensions.reduce((product, dimension) => product * dimension, 1);
    if (data.length !== 4 * count) {
      throw unsupported(`${name} has ${data.length} bytes and should have ${4 * count}`);
    }
    // A copy, for a view of floats has to start at a multiple of four bytes.
    return { dimensions, data: new Float32Array(data.slice().buffer) };
  }
}

function unsupported(what: string): SelvedgeError {
  return new SelvedgeError(
    "MODEL_INVALID",
    `Cannot optimise the model: ${what}; a BERT encoder exported to ONNX in fp32 is what can be optimised`,
  );
}
