/** A message that carries binary parts beside its JSON head. */
export interface Frame {
  /** What `JSON.parse` made of the head: check it before use. */
  readonly head: unknown;
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** Every part begins at a multiple of this, so that a view of any element type fits on it. */
const alignment = 8;

/** Lays a frame out as little-endian `u32` bytes of the head, `{head, lengths}` as JSON, then the aligned parts. */
export function encodeFrame(head: unknown, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const lengths = parts.map((part) => part.byteLength);
  const text = new TextEncoder().encode(JSON.stringify({ head, lengths }));
  const size = lengths.reduce((end, length) => aligned(end) + length, aligned(4 + text.length));
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let end = aligned(4 + text.length);
  for (const part of parts) {
    const start = aligned(end);
    bytes.set(part, start);
    end = start + part.byteLength;
  }
  return bytes;
}

/**
 * Reads what {@linkcode encodeFrame} wrote. The parts are views into `bytes`.
 *
 * @throws {RangeError} or {SyntaxError} when the bytes are not exactly such a layout.
 */
export function decodeFrame(bytes: ArrayBuffer): Frame {
  const headBytes = new DataView(bytes).getUint32(0, true);
  const envelope: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, headBytes)));
  if (!isEnvelope(envelope)) throw new RangeError("Cannot decode a frame: its head is not {head, lengths}");
  let end = aligned(4 + headBytes);
  const parts = envelope.lengths.map((length) => {
    const start = aligned(end);
    end = start + length;
    return new Uint8Array(bytes, start, length);
  });
  if (end !== bytes.byteLength) {
    throw new RangeError(`Cannot decode a frame: ${bytes.byteLength} bytes came, its head says ${end}`);
  }
  return { head: envelope.head, parts };
}

function isEnvelope(value: unknown): value is { head: unknown; lengths: number[] } {
  return typeof value === "object" && value !== null && "head" in value && "lengths" in value &&
    Array.isArray(value.lengths) &&
    value.lengths.every((length) => Number.isSafeInteger(length) && length >= 0);
}

function aligned(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}
