import type { CatalogueSource, ModelFile } from "./catalogue-schema.ts";
import { describeHead, expectation } from "./receive.ts";
import { SilenceLimit } from "./silence-limit.ts";
import { type Delivery, fetchEach, type ModelSource, SourceFault } from "./source.ts";
import { reasonOf } from "./system-error.ts";

/** How long the hub may be silent before its headers and between two chunks; a black hole must not hang a start. */
const defaultSilence = { headersMs: 10_000, bodyMs: 30_000 };

/** Files of a repository on the model hub at `address`, one request each. */
export function hubSource(
  source: CatalogueSource & { kind: "hub" },
  address: string,
  silence = defaultSilence,
): ModelSource {
  const { host } = new URL(address);
  const repository = `${address}/${source.repository}/resolve/${source.revision}`;
  return {
    name: `model hub ${host} (${source.repository})`,
    async fetch(files, delivery) {
      await fetchEach(
        files,
        delivery,
        (file) => fetchFile(`${repository}/${file.path}`, file, delivery, silence),
      );
    },
  };
}

async function fetchFile(
  url: string,
  file: ModelFile,
  { receive, signal, onProgress }: Delivery,
  silence: typeof defaultSilence,
): Promise<void> {
  using limit = new SilenceLimit(silence.headersMs);
  const report = (phase: "start" | "receiving" | "end", receivedBytes: number) =>
    onProgress({ phase, file: file.path, receivedBytes, totalBytes: file.bytes });
  report("start", 0);
  const body = await openBody(url, file, AbortSignal.any([signal, limit.signal]));
  limit.heard(silence.bodyMs);
  await receive(file, namingCuts(body, file), (receivedBytes) => {
    limit.heard(silence.bodyMs);
    report("receiving", receivedBytes);
  });
  report("end", file.bytes ?? 0);
}

async function openBody(
  url: string,
  file: ModelFile,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    throw new SourceFault("unreachable", `${file.path}: ${reasonOf(error)}`, { cause: error });
  }
  if (response.ok && response.body !== null) return response.body;
  const head = await headOf(response);
  throw new SourceFault(
    response.status === 404 ? "absent" : "unreachable",
    `${expectation(file)}, came HTTP ${response.status}${describeHead(head)}`,
  );
}

/** The first chunk of an answer that is not the file, for the message; the rest is left unread. */
async function headOf(response: Response): Promise<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) return chunk;
  } catch {
    // The status alone says enough when the page behind it breaks off.
  }
  return new Uint8Array();
}

/** The same chunks; a connection that breaks between them is told as the source's fault. */
async function* namingCuts(body: AsyncIterable<Uint8Array>, file: ModelFile): AsyncGenerator<Uint8Array> {
  let receivedBytes = 0;
  try {
    for await (const chunk of body) {
      receivedBytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    const reason = `connection cut after ${receivedBytes} bytes: ${reasonOf(error)}`;
    throw new SourceFault("unreachable", `${expectation(file)}, ${reason}`, { cause: error });
  }
}
