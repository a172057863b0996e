/** Longest line kept, in characters; the rest of a longer one is dropped. The contract's log line limit. */
export const maxLineCharacters = 10_000;

/**
 * Yields the lines of a byte stream as UTF-8 text, without their line ends. Holds at most one line of
 * {@linkcode maxLineCharacters}; what is longer is cut there, so a writer without line ends cannot fill memory.
 */
export async function* lines(source: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let pending = "";
  for await (const text of source.pipeThrough(new TextDecoderStream())) {
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    for (const part of parts) {
      yield (pending + part).slice(0, maxLineCharacters).replace(/\r$/, "");
      pending = "";
    }
    pending = (pending + last).slice(0, maxLineCharacters);
  }
  if (pending !== "") yield pending;
}
