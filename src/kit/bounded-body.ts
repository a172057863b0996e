/** Thrown by {@linkcode readBounded} when a body is longer than its limit. */
export class BodyTooLarge extends Error {
  constructor(readonly limitBytes: number) {
    super(`Cannot read the body: it is longer than ${limitBytes} bytes`);
    this.name = "BodyTooLarge";
  }
}

/**
 * Reads a whole body as UTF-8 text, and stops reading at the limit.
 *
 * @throws {BodyTooLarge} when more than `limitBytes` come.
 */
export async function readBounded(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let received = 0;
  let text = "";
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > limitBytes) throw new BodyTooLarge(limitBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
