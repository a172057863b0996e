/**
 * The process that does tasks: `main.ts SOCKET ENGINE_SOCKET`. Prepares what a graph takes and interprets what it
 * gives; the graphs themselves run in the engine. Prints the line `ready` when it can answer, and ends when its
 * standard input ends, which is how it notices that the engine has gone.
 */
import { folderOfModel } from "../models/index.ts";
import { EngineConnection } from "../onnx/index.ts";
import { Pipelines } from "./pipelines.ts";
import { taskServer } from "./server.ts";
import { Tasks } from "./tasks.ts";

async function endWithEngine(): Promise<never> {
  await Deno.stdin.readable.pipeTo(new WritableStream());
  Deno.exit(0);
}

void endWithEngine();
const [socket, engineSocket] = Deno.args;
const pipelines = await Pipelines.open(new EngineConnection(engineSocket!), folderOfModel);
taskServer(new Tasks(pipelines)).listen(socket, () => console.log("ready"));
