/**
 * The process that does tasks: `main.ts SOCKET ENGINE_SOCKET`. Prepares what a graph takes and interprets what it
 * gives; the graphs themselves run in the engine. Prints the line `ready` when it can answer, and ends when its
 * standard input ends, which is how it notices that the engine has gone.
 */
import { modelFolderPath } from "../contract/index.ts";
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
const connection = new EngineConnection(engineSocket!);

async function folderOf(model: string): Promise<string> {
  const bytes = await connection.post(modelFolderPath, JSON.stringify({ model }));
  return JSON.parse(new TextDecoder().decode(bytes)).folder;
}

const pipelines = await Pipelines.open(connection, folderOf);
taskServer(new Tasks(pipelines)).listen(socket, () => console.log("ready"));
