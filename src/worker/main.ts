/**
 * Runs in a function's process before the function's own module (`deno run --preload`), which is the main
 * module and is not changed: gives it `Supabase`, `EdgeRuntime`, its environment, and a `Deno.serve` that
 * listens where the gateway asks.
 */
import { BackgroundTasks } from "./background-tasks.ts";
import { Control } from "./control.ts";
import { EngineClient } from "./engine-client.ts";
import { onnxRuntime, onnxRuntimeKey } from "../onnx/index.ts";
import { pipelineFunction } from "./pipeline.ts";
import { replaceServe } from "./serve.ts";
import { sessionClass } from "./session.ts";
import { transformersCaches } from "./transformers-cache.ts";

/** A module may call Deno.serve some time after it was evaluated. */
const lateServeMs = 10_000;

/** Deno looks up which certificates to trust when it first needs to, which may be late in a function's life. */
const trust = ["DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"];

const exit = Deno.exit;
const control = await Control.open();
const boot = await control.boot();
const tasks = new BackgroundTasks();
const servers: Deno.HttpServer[] = [];

setEnvironment(boot.environment);
const engine = new EngineClient(boot.engineSocket);
define("Supabase", {
  ai: { Session: sessionClass(engine, boot.name), pipeline: pipelineFunction(engine, boot.name) },
});
define(onnxRuntimeKey, onnxRuntime({ connection: engine.connection, caller: () => boot.name }));
define("caches", transformersCaches);
define("EdgeRuntime", { waitUntil: <Value>(task: Promise<Value>) => tasks.waitUntil(task) });
replaceServe({
  socket: boot.serveSocket,
  onListening(server) {
    servers.push(server);
    for (const name of ["read", "write"] as const) {
      Deno.permissions.revokeSync({ name, path: boot.serveSocket });
    }
    void control.listening();
  },
});
define("exit", () => console.warn("Deno.exit has no effect in a function"), Deno);
addEventListener("load", serveDefaultExport);
void stopWhenAsked();

function setEnvironment(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(Deno.env.toObject())) if (!trust.includes(name)) Deno.env.delete(name);
  for (const [name, value] of Object.entries(environment)) Deno.env.set(name, value);
}

function define(name: string | symbol, value: object, target: object = globalThis): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** `export default { fetch }` is served like `Deno.serve(fetch)`. */
async function serveDefaultExport(): Promise<void> {
  if (servers.length > 0) return;
  const { default: exported } = await import(Deno.mainModule);
  if (typeof exported?.fetch === "function") {
    return void Deno.serve((request, info) => exported.fetch(request, info));
  }
  Deno.unrefTimer(setTimeout(endWithoutServer, lateServeMs));
}

/** A module that is kept alive by something else, such as a server of node:http, will not serve any more. */
function endWithoutServer(): void {
  if (servers.length > 0) return;
  console.error(
    `After ${lateServeMs / 1000} s the module neither called Deno.serve nor exports default { fetch }; ` +
      "a server of node:http is not reached",
  );
  exit(1);
}

/** Finishes requests and background tasks, then ends. */
async function stopWhenAsked(): Promise<void> {
  await control.stopAsked(() => exit(0));
  await Promise.all(servers.map((server) => server.shutdown()));
  await tasks.settled();
  exit(0);
}
