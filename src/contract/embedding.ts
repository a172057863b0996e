/** Where the engine answers an {@linkcode EmbedRequest}: `POST`, JSON in, {@linkcode encodeRows} out. */
export const embedPath = "/embed";
/** Where the engine loads a model before it is needed: `POST {model}`, answers 204 when it is ready. */
export const loadPath = "/load";
/** Header of an embed response: the sha256 of the graph that made the vectors, which is their identity. */
export const modelDigestHeader = "selvedge-model-digest";

/** Texts to embed with one model. The rows come back in the order of `texts`. */
export interface EmbedRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** `true`: one vector a text. `false`: the hidden states of all tokens, flattened to tokens × dimensions. */
  readonly meanPool: boolean;
  /** Divide each row by its L2 norm. */
  readonly normalize: boolean;
}

/** The body of every engine reply that is not a success. `code` is one of the closed list of error codes. */
export interface EngineFault {
  readonly code: string;
  readonly message: string;
}

/** Lays rows out as little-endian `u32 count`, `u32 length` of each row, then all values as `f32`. */
export function encodeRows(rows: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const headBytes = 4 * (1 + rows.length);
  const total = rows.reduce((sum, row) => sum + row.length, 0);
  const bytes = new Uint8Array(headBytes + 4 * total);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, rows.length, true);
  let offset = headBytes;
  rows.forEach((row, index) => {
    view.setUint32(4 * (index + 1), row.length, true);
    bytes.set(new Uint8Array(row.buffer, row.byteOffset, row.byteLength), offset);
    offset += row.byteLength;
  });
  return bytes;
}

/**
 * Reads what {@linkcode encodeRows} wrote, as plain arrays of numbers.
 *
 * @throws {RangeError} when the bytes are not exactly such a layout.
 */
export function decodeRows(bytes: ArrayBuffer): number[][] {
  const view = new DataView(bytes);
  const count = view.getUint32(0, true);
  let offset = 4 * (1 + count);
  const rows: number[][] = [];
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(4 * (index + 1), true);
    rows.push(Array.from(new Float32Array(bytes, offset, length)));
    offset += 4 * length;
  }
  if (offset !== bytes.byteLength) {
    throw new RangeError(`Cannot decode rows: ${bytes.byteLength} bytes came, their head says ${offset}`);
  }
  return rows;
}
