/** A matrix product with a bias. */
export interface Linear {
  /** The name of the tensor that it multiplies, in the graph it was read from. */
  readonly input: string;
  readonly inputs: number;
  readonly outputs: number;
  /** `inputs` × `outputs`, row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** What a layer normalisation does after it normalised: times `gain`, plus `offset`. */
export interface Norm {
  readonly gain: Float32Array;
  readonly offset: Float32Array;
}

/** One layer of an encoder, named as the model's authors name its parts. */
export interface BertLayer {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly attentionOutput: Linear;
  readonly attentionNorm: Norm;
  readonly intermediate: Linear;
  readonly output: Linear;
  readonly outputNorm: Norm;
}

/** The weights of a BERT encoder. */
export interface Bert {
  /** Values a token has between layers. */
  readonly hidden: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** `vocabulary` × `hidden`. */
  readonly words: Float32Array;
  /** `positions` × `hidden`; the embedding of the first token type is part of each row. */
  readonly positionTable: Float32Array;
  readonly embeddingNorm: Norm;
  readonly layerCount: number;
  /** Reads one layer; read anew at each call, so that not all are held at once. */
  readonly layer: (index: number) => BertLayer;
}
