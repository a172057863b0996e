/** `graph-fetch-main.ts URL PATH BYTES`: writes what the URL has to a new file, at most so many bytes, or fails. */
const [url, path, limit] = Deno.args;

try {
  const response = await fetch(url!);
  if (!response.ok || response.body === null) throw new Error(`it answers with status ${response.status}`);
  let received = 0;
  const bounded = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      received += chunk.byteLength;
      if (received > Number(limit)) throw new Error(`it has more than ${limit} bytes`);
      controller.enqueue(chunk);
    },
  });
  const file = await Deno.open(path!, { write: true, createNew: true });
  await response.body.pipeThrough(bounded).pipeTo(file.writable);
} catch (error) {
  console.error(error instanceof Error ? error.message.replaceAll("\n", " ") : error);
  Deno.exit(1);
}
