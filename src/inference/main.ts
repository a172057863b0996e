/**
 * The engine process: `main.ts SOCKET MODEL`. Prints the line `ready` when it can answer for MODEL, and ends
 * when its standard input ends, which is how it notices that its host has gone.
 */
import { ModelStore } from "../models/index.ts";
import { Embedder } from "./embedder.ts";
import { ModelLoader } from "./model-loader.ts";
import { OnnxThread } from "./onnx-thread.ts";
import { engineServer } from "./server.ts";

async function endWithHost(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit(0);
}

async function serve(socket: string, model: string): Promise<void> {
  // One thread that computes on every core: a second session would load for as long again and take as much
  // memory, and answers a lone text later.
  const threads = [new OnnxThread()];
  const loader = new ModelLoader(new ModelStore(), threads);
  const embedder = new Embedder(loader, threads);
  await loader.load(model);
  engineServer(embedder, loader).listen(socket, () => console.log("ready"));
}

void endWithHost();
const [socket, model] = Deno.args;
await serve(socket!, model!);
