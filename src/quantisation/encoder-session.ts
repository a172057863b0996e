import ort from "onnxruntime-node";

/** The hidden states of one text: tokens × hidden, row-major. */
export type HiddenStates = Float32Array;

/** Runs an encoder's graph in this process: for looking at graphs, not for serving. Its owner releases it. */
export class EncoderSession {
  private constructor(private readonly session: ort.InferenceSession) {}

  /** Opens a graph from its bytes or its file. Throws what ONNX Runtime says of a bad one. */
  static async open(graph: Uint8Array | string): Promise<EncoderSession> {
    const options: ort.InferenceSession.SessionOptions = { executionProviders: ["cpu"] };
    return new EncoderSession(
      typeof graph === "string"
        ? await ort.InferenceSession.create(graph, options)
        : await ort.InferenceSession.create(graph, options),
    );
  }

  /** The hidden states of texts that are run as one batch, each without the padding it got. */
  async run(texts: readonly (readonly number[])[]): Promise<HiddenStates[]> {
    const outputs = await this.outputs(texts);
    const states = outputs.last_hidden_state ?? Object.values(outputs)[0]!;
    const [, longest, hidden] = states.dims as [number, number, number];
    const values = states.data as Float32Array;
    return texts.map(({ length }, text) => {
      const start = text * longest * hidden;
      return values.slice(start, start + length * hidden);
    });
  }

  /** All outputs of the graph for a batch. */
  async outputs(texts: readonly (readonly number[])[]): Promise<ort.InferenceSession.OnnxValueMapType> {
    const longest = Math.max(...texts.map(({ length }) => length));
    const inputs: Record<string, (text: readonly number[], place: number) => number> = {
      input_ids: (text, place) => text[place] ?? 0,
      attention_mask: (text, place) => place < text.length ? 1 : 0,
      token_type_ids: () => 0,
    };
    const feeds = this.session.inputMetadata.map((input) => {
      const value = inputs[input.name];
      if (value === undefined) throw new Error(`The graph wants an input named ${input.name}`);
      const values = texts.flatMap((text) =>
        Array.from({ length: longest }, (_, place) => value(text, place))
      );
      const isWide = !input.isTensor || input.type === "int64";
      const shape = [texts.length, longest];
      const tensor = isWide
        ? new ort.Tensor("int64", BigInt64Array.from(values, BigInt), shape)
        : new ort.Tensor("int32", Int32Array.from(values), shape);
      return [input.name, tensor] as const;
    });
    return await this.session.run(Object.fromEntries(feeds));
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
