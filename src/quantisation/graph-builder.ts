import { type Attribute, type ElementType, elementTypes, type Graph, type GraphNode } from "./onnx-graph.ts";
import type { GraphValue, Tensor } from "./onnx-graph.ts";

/** The domain of the operators that ONNX Runtime adds to ONNX's own. */
export const microsoft = "com.microsoft";

/** What a node may have beside its operator and inputs. */
export interface NodeOptions {
  /** Default: ONNX's own. */
  readonly domain?: string;
  readonly integers?: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  /** The name of the one output, where others ask for it by name. */
  readonly output?: string;
}

type Values = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;

/** A graph in the making. Names are counted, so that the same steps make the same graph to the byte. */
export class GraphBuilder {
  readonly #nodes: GraphNode[] = [];
  /** The output of each node that has one, by all that it is made of. */
  readonly #outputs = new Map<string, string>();
  readonly #constants = new Map<string, Tensor>();

  /** Adds a node with one output, unless there is one that computes the same; returns the output's name. */
  node(operator: string, inputs: readonly string[], options: NodeOptions = {}): string {
    const key = JSON.stringify([operator, inputs, options]);
    const known = this.#outputs.get(key);
    if (known !== undefined) return known;
    const output = options.output ?? `t${this.#nodes.length}`;
    this.#add(operator, inputs, [output], options);
    this.#outputs.set(key, output);
    return output;
  }

  /** Adds a node with several outputs; returns their names. */
  nodes(operator: string, inputs: readonly string[], count: number, options: NodeOptions = {}): string[] {
    const outputs = Array.from({ length: count }, (_, index) => `t${this.#nodes.length}.${index}`);
    this.#add(operator, inputs, outputs, options);
    return outputs;
  }

  /** Adds a constant; returns its name. `values` must not change afterwards. */
  tensor(name: string, type: ElementType, dimensions: readonly number[], values: Values): string {
    if (this.#constants.has(name)) {
      throw new Error(`Two constants are named ${name}: a fault of the quantiser`);
    }
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.set(name, { name, dimensions, elementType: elementTypes[type], data });
    return name;
  }

  /** A float constant without dimensions, shared by all that want the same value. */
  scalar(value: number): string {
    return this.#shared(`float ${value}`, "float", [], () => Float32Array.of(value));
  }

  /** A byte constant without dimensions, shared by all that want the same value. */
  byte(value: number): string {
    return this.#shared(`byte ${value}`, "uint8", [], () => Uint8Array.of(value));
  }

  /** A list of whole numbers, such as a shape, shared by all that want the same values. */
  list(...values: number[]): string {
    const toBigInts = () => BigInt64Array.from(values, BigInt);
    return this.#shared(`list ${values.join(" ")}`, "int64", [values.length], toBigInts);
  }

  /** So many zeros of one signed byte, shared by all that want as many. */
  zeros(count: number): string {
    return this.#shared(`zeros ${count}`, "int8", [count], () => new Int8Array(count));
  }

  /** The whole graph. */
  build(inputs: readonly GraphValue[], outputs: readonly GraphValue[]): Graph {
    return { nodes: this.#nodes, constants: [...this.#constants.values()], inputs, outputs };
  }

  #add(operator: string, inputs: readonly string[], outputs: readonly string[], options: NodeOptions): void {
    const { domain = "", integers = {}, floats = {} } = options;
    const attributes: Attribute[] = [
      ...Object.entries(integers).map(([name, value]) => ({ name, type: "integer", value }) as const),
      ...Object.entries(floats).map(([name, value]) => ({ name, type: "float", value }) as const),
    ];
    this.#nodes.push({ operator, domain, inputs, outputs, attributes });
  }

  #shared(name: string, type: ElementType, dimensions: readonly number[], values: () => Values): string {
    return this.#constants.has(name) ? name : this.tensor(name, type, dimensions, values());
  }
}
