/** Thrown by {@linkcode readBounded} when a body is longer than its limit. */
export class BodyTooLarge extends Error {
  constructor(readonly limitBytes: number) {
    super(`Cannot read the body: it is longer than ${limitBytes} bytes`);
    this.name = "BodyTooLarge";
  }
}

/**
 * Passes a body on, and stops at the limit.
 *
 * @throws {BodyTooLarge} when more than `limitBytes` come.
 */
export async function* bounded(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > limitBytes) throw new BodyTooLarge(limitBytes);
    yield chunk;
  }
}

/**
 * Reads a whole body as bytes, and stops reading at the limit.
 *
 * @throws {BodyTooLarge} when more than `limitBytes` come.
 */
export async function readBoundedBytes(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = await Array.fromAsync(bounded(body, limitBytes));
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/**
 * Reads a whole body as UTF-8 text, and stops reading at the limit.
 *
 * @throws {BodyTooLarge} when more than `limitBytes` come.
 */
export async function readBounded(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of bounded(body, limitBytes)) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
