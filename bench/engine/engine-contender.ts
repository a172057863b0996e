import { join } from "node:path";
import { EngineClient, EngineProcess } from "../../src/inference/index.ts";
import type { EmbedReply } from "../../src/contract/index.ts";
import type { Contender } from "./contender.ts";

/** Inputs of one request, as OpenAI limits them. */
const inputsPerRequest = 2048;

/** An engine of its own with one model, and its client. */
export interface OpenEngine extends Contender {
  readonly client: EngineClient;
  readonly process: EngineProcess;
  /** A request for one text, answered by no cache. */
  ask(text: string, caller?: string): Promise<EmbedReply>;
}

/** Starts an engine as the host does, without a cache. */
export async function openEngine(model: string): Promise<OpenEngine> {
  const folder = await Deno.makeTempDir({ prefix: "selvedge-bench-" });
  const socket = join(folder, "engine");
  const { signal } = new AbortController();
  const telemetry = { record: () => {} };
  const process = await EngineProcess.start({ socket, model, cacheBytes: 0, telemetry, signal });
  const client = new EngineClient(socket);
  const embed = (inputs: readonly string[], caller: string) =>
    client.embed({ model, inputs, meanPool: true, normalize: true, caller, tenant: "bench" }, signal);
  return {
    name: `Selvedge, ${model}`,
    client,
    process,
    ask: (text, caller = "bench") => embed([text], caller),
    async embed(texts) {
      const startedAt = performance.now();
      for (let first = 0; first < texts.length; first += inputsPerRequest) {
        await embed(texts.slice(first, first + inputsPerRequest), "bench");
      }
      return performance.now() - startedAt;
    },
    async close() {
      await client.close();
      await process.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
