/** The element types of a tensor that are used here, by ONNX's own numbers. */
export const elementTypes = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;

/** One of {@linkcode elementTypes}, by its name. */
export type ElementType = keyof typeof elementTypes;

/** A constant of a graph. */
export interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** ONNX's number of the element type, which need not be one of {@linkcode elementTypes} in a graph that was read. */
  readonly elementType: number;
  /** The values, row-major and little-endian; in a graph that was read, a view into its file. */
  readonly data: Uint8Array;
  /** Whether the values lie in another file, and not in `data`. */
  readonly isExternal?: boolean;
}

/** A setting of a node: a whole number or a float, as the operator's definition says. */
export type Attribute =
  | { readonly name: string; readonly type: "integer"; readonly value: number }
  | { readonly name: string; readonly type: "float"; readonly value: number };

/** One operation of a graph. An empty input name stands for an optional input left out. */
export interface GraphNode {
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Left out of a graph that was read: nothing here asks for them. */
  readonly attributes: readonly Attribute[];
}

/** A value that enters or leaves a graph. A dimension given by a name may be of any size. */
export interface GraphValue {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dimensions: readonly (number | string)[];
}

/** A graph as it is written: every node comes after those whose outputs it takes. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly Tensor[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

/** A graph as it was read, as far as it is asked for: of inputs and outputs, the names. */
export interface ReadGraph {
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly Tensor[];
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}
