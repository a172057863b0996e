/**
 * The engine process: `main.ts SOCKET MODEL`. Prints the line `ready` when it can answer for MODEL, and ends
 * when its standard input ends, which is how it notices that its host has gone.
 */
import { folderOf, ModelStore } from "../models/index.ts";
import { Embedder } from "./embedder.ts";
import { checkGraph } from "./graph-check.ts";
import { GraphSessions } from "./graph-sessions.ts";
import { GraphStore } from "./graph-store.ts";
import { ModelLoader } from "./model-loader.ts";
import { OnnxThread } from "./onnx-thread.ts";
import { graphFolder, taskSocketOf } from "./places.ts";
import { engineServer } from "./server.ts";
import { TaskProcess } from "./task-process.ts";
import { tensorRoute } from "./tensor-routes.ts";
import { ThreadGraphRunner } from "./thread-graph-runner.ts";

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
  const sessions = new GraphSessions({
    store: new GraphStore(graphFolder()),
    runner: new ThreadGraphRunner(threads[0]!),
    folderOf,
    check: checkGraph,
  });
  const tasks = new TaskProcess(taskSocketOf(socket), socket);
  engineServer(embedder, loader, [tensorRoute(sessions), tasks.route]).listen(
    socket,
    () => console.log("ready"),
  );
}

void endWithHost();
const [socket, model] = Deno.args;
await serve(socket!, model!);
