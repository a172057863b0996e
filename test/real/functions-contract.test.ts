import { base64url, SignJWT, UnsecuredJWT } from "jose";
import { assertEquals, assertMatch } from "../assert.ts";
import { eventually, Project } from "../project.ts";

const functions = {
  "/supabase/config.toml": `
[functions.open]
verify_jwt = false
[functions.off]
enabled = false
[functions.elsewhere]
entrypoint = "./other/main.ts"
[functions.ghost]
[functions.mapped]
import_map = "./mapped-imports.json"
`,
  "/supabase/mapped-imports.json": `{ "imports": { "greeting": "./functions/_shared/greeting.ts" } }`,
  "/supabase/other/main.ts": `Deno.serve(() => new Response("from elsewhere"));`,
  ".env": `MY_SECRET="s e c r e t"\nSUPABASE_URL=http://wrong`,
  "_shared/greeting.ts": `export const greeting = (name: string): string => "hello " + name;`,
  "echo/index.ts": `
Deno.serve(async (request) => Response.json({
  url: request.url,
  method: request.method,
  headers: Object.fromEntries(request.headers),
  body: await request.text(),
}, { status: 201, headers: { "x-own": "kept" } }));`,
  "open/index.ts": `Deno.serve((request) => new Response(request.headers.get("authorization")));`,
  "off/index.ts": `Deno.serve(() => new Response("never"));`,
  "shared/index.ts": `
import { greeting } from "../_shared/greeting.ts";
Deno.serve(() => new Response(greeting("you")));`,
  "mapped/index.ts": `import { greeting } from "greeting";\nDeno.serve(() => new Response(greeting("map")));`,
  "config/deno.json": `{ // a comment, as deno.jsonc has
    "imports": { "@/": "./lib/", "number": "npm:is-number@7.0.0" }, }`,
  "config/lib/answer.ts": `export const answer = 42;`,
  "config/index.ts": `
import { answer } from "@/answer.ts";
import isNumber from "number";
Deno.serve(() => Response.json({ answer, isNumber: isNumber(answer) }));`,
  "default/index.ts":
    `export default { fetch: (request: Request) => new Response("default " + new URL(request.url).pathname) };`,
  "node/index.ts": `
import { Buffer } from "node:buffer";
import isNumber from "npm:is-number@7.0.0";
Deno.serve(() => new Response(Buffer.from("node " + isNumber(1)).toString("base64")));`,
  "remote/index.ts": `
import "jsr:@supabase/functions-js/edge-runtime.d.ts";
import { serve } from "https://deno.land/std@0.168.0/http/server.ts";
import { createClient } from "https://esm.sh/@supabase/supabase-js@2.105.0";
import { createClient as fromJsr } from "jsr:@supabase/supabase-js@2.105.0";
serve(() => {
  const client = createClient(Deno.env.get("SUPABASE_URL")!, Deno.env.get("SUPABASE_ANON_KEY")!);
  return Response.json({ same: createClient === fromJsr, hasFunctions: typeof client.functions.invoke });
});`,
  "stock/deno.json": `{ "imports": {
    "@supabase/functions-js": "jsr:@supabase/functions-js@^2",
    "supabase": "jsr:@supabase/supabase-js@2.105.0",
    "std/": "https://deno.land/std@0.177.0/"
  } }`,
  "stock/index.ts": `
import "@supabase/functions-js/edge-runtime.d.ts";
import { createClient } from "supabase";
import { serve } from "std/http/server.ts";
serve(() => new Response(typeof createClient));`,
  "headers/index.ts": `
Deno.serve(() => {
  const headers = new Headers({ "x-latin": "R\\u00e9sum\\u00e9" });
  headers.append("set-cookie", "a=1");
  headers.append("set-cookie", "b=2");
  return new Response(null, { status: 204, headers });
});`,
  "loop/deno.json": `{ "importMap": "./deno.json" }`,
  "loop/index.ts": `Deno.serve(() => new Response("no loop"));`,
  "secret/index.ts": `Deno.serve(() => new Response(Deno.env.get("MY_SECRET")));`,
  "exits/index.ts": `Deno.serve(() => {\n  Deno.exit(1);\n  return new Response("still here");\n});`,
  "environment/index.ts": `Deno.serve(() => Response.json(Deno.env.toObject()));`,
  "permissions/index.ts": `
const attempts = {
  own: () => Deno.readTextFile(new URL("./index.ts", import.meta.url)),
  keys: () => Deno.readTextFile(new URL("../../../.selvedge/keys.json", import.meta.url)),
  sibling: () => Deno.readTextFile(new URL("../echo/index.ts", import.meta.url)),
  passwd: () => Deno.readTextFile("/etc/passwd"),
  write: () => Deno.writeTextFile(new URL("./made.txt", import.meta.url), "x"),
  run: async () => await new Deno.Command("/bin/true").output(),
  environ: () => Deno.readTextFile("/proc/self/environ"),
};
Deno.serve(async () => {
  const found: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    found[name] = await attempt().then(() => "allowed", (error) => error.name);
  }
  return Response.json(found);
});`,
  "syntax/index.ts": `const a = ;\nDeno.serve(() => new Response());`,
  "missing/index.ts": `import "./nowhere.ts";\nDeno.serve(() => new Response());`,
  "top/index.ts": `\nthrow new Error("thrown at the top");`,
  "silent/index.ts": `console.log("I serve nothing");`,
  "throws/index.ts": `Deno.serve(() => {\n  throw new Error("thrown in the handler");\n});`,
  "onerror/index.ts": `
Deno.serve({ onError: (error) => new Response("mine: " + error.message, { status: 418 }) }, () => {
  throw new Error("tea");
});`,
  "nothing/index.ts": `Deno.serve((() => "a string") as never);`,
  "crash/index.ts": `
Deno.serve(() => {
  Promise.reject(new Error("nobody caught this"));
  return new Promise(() => {});
});`,
  "stream/index.ts": `
Deno.serve((request) => new Response(request.body, { headers: { "content-type": "text/event-stream" } }));`,
  "background/index.ts": `
Deno.serve(() => {
  const task = new Promise<string>((resolve) => setTimeout(() => resolve("done"), 300));
  const returned = EdgeRuntime.waitUntil(task.then(() => console.log("background task is done")));
  EdgeRuntime.waitUntil(Promise.reject(new Error("background failure")));
  return new Response(String(returned instanceof Promise));
});`,
};

let project: Project;
Deno.test.beforeAll(async () => {
  project = await Project.start(functions);
});
Deno.test.afterAll(async () => void await project.stop());

async function text(path: string, init?: RequestInit): Promise<string> {
  return await (await project.fetch(path, init)).text();
}

async function sign(claims: Record<string, unknown>, secret: string, algorithm = "HS256"): Promise<string> {
  return await new SignJWT(claims).setProtectedHeader({ alg: algorithm }).setExpirationTime("1h").sign(
    new TextEncoder().encode(secret),
  );
}

Deno.test("a function sees its path without the prefix, the query, the method, headers and body", async () => {
  const response = await project.fetch("echo/x/y%20z?q=1&q=2", {
    method: "PATCH",
    body: "héllo",
    headers: { "x-given": "1" },
  });
  assertEquals(response.status, 201);
  assertEquals(response.headers.get("x-own"), "kept");
  const seen = await response.json();
  assertEquals(seen.url, `${project.values.API_URL}/echo/x/y%20z?q=1&q=2`);
  assertEquals(seen.method, "PATCH");
  assertEquals(seen.body, "héllo");
  assertEquals(seen.headers["x-given"], "1");
  assertEquals(seen.headers["x-forwarded-for"], "127.0.0.1");
  assertEquals(seen.headers["x-forwarded-port"], String(project.port));
  assertEquals((await (await project.fetch("echo")).json()).url, `${project.values.API_URL}/echo`);
});

Deno.test("the forms in which functions are written all run unchanged", async () => {
  assertEquals(await text("shared"), "hello you");
  assertEquals(await text("mapped"), "hello map");
  assertEquals(await (await project.fetch("config")).json(), { answer: 42, isNumber: true });
  assertEquals(await text("default/below"), "default /default/below");
  assertEquals(atob(await text("node")), "node true");
  assertEquals(await text("elsewhere"), "from elsewhere");
});

Deno.test("well-known remote imports run without their hosts", async () => {
  assertEquals(await (await project.fetch("remote")).json(), { same: true, hasFunctions: "function" });
});

Deno.test("well-known imports are served by way of the user's import map too", async () => {
  assertEquals(await text("stock"), "function");
});

Deno.test("a function cannot end its process, and a configured one without code is told at the start", async () => {
  assertEquals(await text("exits"), "still here");
  await project.logged('Cannot find function "ghost"');
});

Deno.test("response headers come through as they are", async () => {
  const response = await project.fetch("headers");
  // Deno's Node server writes what is not ASCII as UTF-8; that it is written at all is what counts here.
  assertEquals(response.status, 204);
  assertMatch(response.headers.get("x-latin")!, /^R.+sum.+$/);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
});

Deno.test("a deno.json that names itself as its import map harms nobody", async () => {
  assertEquals(await text("loop"), "no loop");
});

Deno.test("a changed .env is what the next process sees", async () => {
  assertEquals(await text("secret"), "s e c r e t");
  await project.write(".env", "MY_SECRET=changed");
  await eventually(async () => await text("secret") === "changed" ? true : undefined, () => "the new value");
  await project.write(".env", functions[".env"]);
});

Deno.test("many requests are under way at once", async () => {
  const held = Array.from({ length: 200 }, async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const asked = project.fetch("stream", { method: "POST", body: readable });
    await writer.write(new Uint8Array([1]));
    const response = await asked;
    return async () => {
      await writer.close();
      return (await response.bytes()).length;
    };
  });
  const lengths = await Promise.all((await Promise.all(held)).map((finish) => finish()));
  assertEquals(lengths, Array.from({ length: 200 }, () => 1));
});

Deno.test("the environment is the contract's and the user's, and nothing of the host's", async () => {
  const environment = await (await project.fetch("environment")).json();
  assertEquals(environment.SUPABASE_URL, project.values.API_URL);
  assertEquals(environment.SUPABASE_ANON_KEY, project.values.ANON_KEY);
  assertEquals(environment.SUPABASE_SERVICE_ROLE_KEY, project.values.SERVICE_ROLE_KEY);
  assertEquals(JSON.parse(environment.SUPABASE_PUBLISHABLE_KEYS), {
    default: project.values.PUBLISHABLE_KEY,
  });
  assertEquals(JSON.parse(environment.SUPABASE_SECRET_KEYS), { default: project.values.SECRET_KEY });
  const [jwk] = JSON.parse(environment.SUPABASE_JWKS).keys;
  assertEquals(new TextDecoder().decode(base64url.decode(jwk.k)), project.values.JWT_SECRET);
  assertMatch(environment.SUPABASE_DB_URL, /^postgresql:/);
  assertEquals(environment.MY_SECRET, "s e c r e t");
  for (const name of ["HOME", "PATH", "PWD", "HOSTNAME", "DENO_DIR"]) {
    assertEquals(environment[name], undefined, name);
  }
});

Deno.test("a function has the least permissions", async () => {
  const { own, ...others } = await (await project.fetch("permissions")).json();
  assertEquals(own, "allowed");
  for (const [attempt, result] of Object.entries(others)) assertEquals(result, "NotCapable", attempt);
});

Deno.test("tokens are checked where verify_jwt asks, and the refusals are the contract's", async () => {
  const { JWT_SECRET, ANON_KEY, PUBLISHABLE_KEY, SECRET_KEY, SERVICE_ROLE_KEY, FUNCTIONS_URL } =
    project.values;
  const call = async (headers: Record<string, string>) => {
    const response = await fetch(`${FUNCTIONS_URL}/echo`, { headers });
    return [response.status, response.headers.get("sb-error-code"), await response.json()] as const;
  };
  const refused = (code: string, msg: string) => [401, code, { msg }] as const;
  const bearer = (token: string) => call({ authorization: `Bearer ${token}` });

  assertEquals(await call({}), refused("UNAUTHORIZED_NO_AUTH_HEADER", "Error: Missing authorization header"));
  assertEquals(
    await call({ authorization: ANON_KEY! }),
    refused("UNAUTHORIZED_INVALID_JWT_FORMAT", "Error: Auth header is not 'Bearer {token}'"),
  );
  assertEquals(await bearer("nonsense"), refused("UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT"));
  const invalid = refused("UNAUTHORIZED_LEGACY_JWT", "Invalid JWT");
  assertEquals(await bearer(await sign({ role: "anon" }, "x".repeat(48))), invalid);
  assertEquals((await bearer(await sign({ role: "anon" }, JWT_SECRET!)))[0], 201);
  const expired = await new SignJWT({}).setProtectedHeader({ alg: "HS256" }).setExpirationTime(1)
    .sign(new TextEncoder().encode(JWT_SECRET));
  assertEquals(await bearer(expired), invalid);
  const unsupported = refused("UNAUTHORIZED_UNSUPPORTED_TOKEN_ALGORITHM", "Invalid JWT");
  assertEquals(await bearer(new UnsecuredJWT({ role: "service_role" }).encode()), unsupported);
  assertEquals(await bearer(await sign({}, JWT_SECRET!, "HS512")), unsupported);

  const seen = async (headers: Record<string, string>) => (await call(headers))[2].headers.authorization;
  assertEquals(await seen({ apikey: PUBLISHABLE_KEY! }), `Bearer ${ANON_KEY}`);
  assertEquals(await seen({ apikey: SECRET_KEY! }), `Bearer ${SERVICE_ROLE_KEY}`);
  assertEquals(await seen({ authorization: `Bearer ${SECRET_KEY}` }), `Bearer ${SERVICE_ROLE_KEY}`);
  const own = await sign({ sub: "user" }, JWT_SECRET!);
  assertEquals(await seen({ apikey: PUBLISHABLE_KEY!, authorization: `Bearer ${own}` }), `Bearer ${own}`);

  assertEquals((await fetch(`${FUNCTIONS_URL}/open`)).status, 200);
  assertEquals(
    (await fetch(`${FUNCTIONS_URL}/open`, { headers: { authorization: "Bearer x" } })).status,
    200,
  );
});

Deno.test("CORS is answered as Supabase's gateway answers it", async () => {
  const preflight = await fetch(`${project.values.FUNCTIONS_URL}/echo`, {
    method: "OPTIONS",
    headers: {
      "origin": "https://app.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,x-client-info,apikey,content-type",
    },
  });
  assertEquals(preflight.status, 200);
  assertEquals(preflight.headers.get("access-control-allow-origin"), "*");
  assertEquals(
    preflight.headers.get("access-control-allow-headers"),
    "authorization,x-client-info,apikey,content-type",
  );
  assertMatch(preflight.headers.get("access-control-allow-methods")!, /\bPATCH\b/);
  assertEquals((await project.fetch("echo")).headers.get("access-control-allow-origin"), "*");
  const refused = await fetch(`${project.values.FUNCTIONS_URL}/echo`);
  assertEquals([refused.status, refused.headers.get("access-control-allow-origin")], [401, "*"]);
  await refused.body?.cancel();
  const options = await fetch(`${project.values.FUNCTIONS_URL}/echo`, { method: "OPTIONS" });
  assertEquals((await options.json()).method, "OPTIONS");
});

Deno.test("health answers, and an unknown address is not found", async () => {
  const health = await fetch(`${project.values.API_URL}/_internal/health`);
  assertEquals(await health.json(), { message: "ok" });
  const other = await fetch(`${project.values.API_URL}/nowhere`);
  assertEquals([other.status, await other.json()], [404, { message: "no Route matched with those values" }]);
});

const failures: [name: string, status: number, body: string, code: string, inLog: string][] = [
  ["absent", 404, "Function not found", "NOT_FOUND", ""],
  ["off", 404, "Function not found", "NOT_FOUND", ""],
  ["..%2Fecho", 404, "Function not found", "NOT_FOUND", ""],
  ...[["syntax", "syntax/index.ts:1:11"], ["missing", "missing/index.ts:1:8"], ["top", "top/index.ts:2:7"], [
    "silent",
    "neither called Deno.serve nor exports default",
  ]].map(([name, inLog]): [string, number, string, string, string] => [
    name!,
    503,
    '{"code":"BOOT_ERROR","message":"Worker failed to boot (please check logs)"}',
    "BOOT_ERROR",
    inLog!,
  ]),
  ["throws", 500, "Internal Server Error", "EDGE_FUNCTION_ERROR", "throws/index.ts:2:9"],
  ["nothing", 502, "Bad Gateway", "EDGE_FUNCTION_ERROR", "where a Response is expected"],
  [
    "crash",
    500,
    '{"code":"WORKER_ERROR","message":"Function exited due to an error (please check logs)"}',
    "WORKER_ERROR",
    "crash/index.ts:3:18",
  ],
];
for (const [name, status, body, code, inLog] of failures) {
  Deno.test(`function ${name} fails with status ${status} and the cause in the log, every time`, async () => {
    for (const _time of ["first", "second"]) {
      const response = await project.fetch(name);
      assertEquals([response.status, await response.text()], [status, body]);
      assertEquals(response.headers.get("sb-error-code"), code);
    }
    if (inLog !== "") await project.logged(inLog);
  });
}

Deno.test("a function's own onError answers in place of ours", async () => {
  const response = await project.fetch("onerror");
  assertEquals([response.status, await response.text()], [418, "mine: tea"]);
});

Deno.test("bodies stream both ways, a chunk at a time", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const response = await Promise.race([
    project.fetch("stream", { method: "POST", body: readable }),
    writer.write(new TextEncoder().encode("data: 0\n\n")).then(() => new Promise<never>(() => {})),
  ]);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, "data: 0\n\n");
  for (const index of [1, 2]) {
    await writer.write(new TextEncoder().encode(`data: ${index}\n\n`));
    assertEquals((await reader.read()).value, `data: ${index}\n\n`);
  }
  await writer.close();
  assertEquals((await reader.read()).done, true);
});

Deno.test("waitUntil returns its promise, outlives the response, and a failure in it harms nobody", async () => {
  assertEquals(await text("background"), "true");
  await project.logged("background task is done");
  await project.logged("background failure");
  assertEquals(await text("background"), "true");
});

Deno.test("a changed, an added and a removed function are seen without a restart", async () => {
  const respond = (words: string) => `Deno.serve(() => new Response("${words}"));`;
  await project.write("fresh/index.ts", respond("one"));
  assertEquals(await text("fresh"), "one");
  await project.write("fresh/index.ts", respond("two"));
  await eventually(async () => await text("fresh") === "two" ? true : undefined, () => "the new code");
  await Deno.remove(`${project.workdir}/supabase/functions/fresh`, { recursive: true });
  await eventually(
    async () => await text("fresh") === "Function not found" ? true : undefined,
    () => "its end",
  );
});
