/** What HTTP itself says at the doors of embeddings, whatever the client. */
import { SignJWT } from "jose";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { childrenOf, eventually, processesWith, Project } from "../project.ts";

const model = "gte-small";

let project: Project;
Deno.test.beforeAll(async () => {
  project = await Project.start({});
});
Deno.test.afterAll(async () => void await project.stop());

async function userToken(secret: string, expires = "1h"): Promise<string> {
  const token = new SignJWT({ role: "authenticated", sub: "user-1" }).setProtectedHeader({ alg: "HS256" });
  return await token.setExpirationTime(expires).sign(new TextEncoder().encode(secret));
}

function post(
  body: BodyInit,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const authorization = `Bearer ${project.values.ANON_KEY}`;
  return fetch(`${project.values.API_URL}/v1/embeddings`, {
    method: "POST",
    body,
    headers: { authorization, ...headers },
    signal: signal ?? null,
  });
}

/** A request with nothing remarkable. */
const plain = JSON.stringify({ model, input: "text" });

Deno.test("every key of the project and a user's token are let in, in either header, and nothing else is", async () => {
  const { ANON_KEY, SERVICE_ROLE_KEY, PUBLISHABLE_KEY, SECRET_KEY, JWT_SECRET } = project.values;
  const statusWith = async (headers: Record<string, string>) => {
    const response = await fetch(`${project.values.API_URL}/v1/embeddings`, {
      method: "POST",
      body: plain,
      headers,
    });
    const { error } = await response.json();
    return error === undefined ? response.status : `${response.status} ${error.code}`;
  };
  const user = await userToken(JWT_SECRET!);
  for (const key of [ANON_KEY!, SERVICE_ROLE_KEY!, PUBLISHABLE_KEY!, SECRET_KEY!, user]) {
    assertEquals(await statusWith({ authorization: `Bearer ${key}` }), 200);
    assertEquals(await statusWith({ apikey: key }), 200);
    assertEquals(await statusWith({ authorization: `Bearer ${user}`, apikey: key }), 200);
  }
  const refused = "401 invalid_api_key";
  const foreign = await userToken("x".repeat(40));
  for (const key of ["sk-wrong", "sb_secret_wrong", foreign, await userToken(JWT_SECRET!, "-1h"), "a b"]) {
    assertEquals(await statusWith({ authorization: `Bearer ${key}` }), refused);
    assertEquals(await statusWith({ apikey: key }), refused);
    assertEquals(await statusWith({ authorization: `Bearer ${user}`, apikey: key }), refused);
  }
  assertEquals(await statusWith({}), refused);
  assertEquals(await statusWith({ authorization: `Basic ${ANON_KEY}` }), refused);
});

Deno.test("a body that is not a request is refused, whatever it is, and the next is answered", async () => {
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    "7",
    '"text"',
    "[".repeat(1e6),
    new Uint8Array([0, 255, 254, 13]),
    "\0",
  ];
  for (const body of bodies) {
    const response = await post(body);
    const { error } = await response.json();
    assertEquals([response.status, error.code, error.type], [400, "invalid_value", "invalid_request_error"]);
  }
  const large = JSON.stringify({ model, input: "x".repeat(33 * 1024 * 1024) });
  for (const body of [large, new Blob([large]).stream()]) {
    const response = await post(body);
    assertEquals([response.status, (await response.json()).error.code], [413, "request_too_large"]);
  }
  const connection = await Deno.connect({ port: project.port });
  const head = `authorization: Bearer ${project.values.ANON_KEY}\r\ncontent-length: 40000000\r\n`;
  await connection.write(new TextEncoder().encode(`POST /v1/embeddings HTTP/1.1\r\nhost: x\r\n${head}\r\n`));
  const { value } = await connection.readable.getReader().read();
  assertMatch(new TextDecoder().decode(value), /^HTTP\/1.1 413 /, "refused before a byte of it came");
  connection.close();
  const got = await fetch(`${project.values.API_URL}/v1/embeddings`);
  assertEquals([got.status, got.headers.get("allow")], [405, "POST"]);
  await got.body?.cancel();
  assertEquals((await post(plain)).status, 200);
});

Deno.test("members that OpenAI knows and Selvedge does not need, and null for those left out, do no harm", async () => {
  const body = { model, input: "text", user: "someone", dimensions: null, encoding_format: null };
  const response = await post(JSON.stringify(body));
  assertEquals(await response.json(), await (await post(plain)).json());
});

Deno.test("a page of any origin may ask, and read the headers of the answer", async () => {
  const url = `${project.values.API_URL}/v1/embeddings`;
  const origin = "https://example.com";
  const preflight = await fetch(url, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [200, "*"]);
  const response = await post(plain, { origin });
  assertEquals(response.headers.get("access-control-allow-origin"), "*");
  assertMatch(response.headers.get("access-control-expose-headers")!, /server-timing.*selvedge-model-digest/);
  assertMatch(response.headers.get("selvedge-model-digest")!, /^[0-9a-f]{64}$/);
  const timing = /^tokenize;dur=[\d.]+, queue;dur=[\d.]+, run;dur=[\d.]+, pool;dur=[\d.]+$/;
  assertMatch(response.headers.get("server-timing")!, timing);
  await response.body?.cancel();
});

Deno.test("a request made while the engine is gone is answered by the next engine", async () => {
  const own = await childrenOf(project.process.pid);
  const engine = (await processesWith("src/inference/main.ts")).find((id) => own.includes(id))!;
  Deno.kill(engine, "SIGKILL");
  const response = await post(plain);
  assertEquals([response.status, (await response.json()).data.length], [200, 1]);
});

Deno.test("more requests than can wait are refused with 429 and the time to try again", async () => {
  const leaving = new AbortController();
  const body = JSON.stringify({ model, input: "a text of many words ".repeat(90) });
  const busy = Promise.withResolvers<Response>();
  const many = Array.from({ length: 1_200 }, async () => {
    const response = await post(body, {}, leaving.signal);
    if (response.status === 429) busy.resolve(response);
  });
  many.forEach((request) => request.catch(() => "it was cut below"));
  const refused = await Promise.race([busy.promise, Promise.all(many).then(() => undefined)]);
  assertTrue(refused !== undefined, "one of them is refused");
  assertTrue(Number(refused!.headers.get("retry-after")) >= 1, "at least a second");
  const { error } = await refused!.json();
  assertEquals([error.code, error.type], ["rate_limit_exceeded", "requests"]);
  leaving.abort();
  await Promise.allSettled(many);
  assertEquals((await post(plain)).status, 200);
});

Deno.test("bodies that are more together than the host may hold are refused with 429, and it forgets them", async () => {
  const half = new TextEncoder().encode(`{"model":"${"x".repeat(30 * 1024 * 1024)}`);
  const ends = new AbortController();
  const busy = Promise.withResolvers<number>();
  const many = Array.from({ length: 10 }, async () => {
    // The rest of the body never comes.
    const body = new ReadableStream({ start: (controller) => controller.enqueue(half) });
    const response = await post(body, {}, ends.signal);
    await response.body?.cancel();
    busy.resolve(response.status);
  });
  many.forEach((request) => request.catch(() => "it was cut below"));
  assertEquals(await busy.promise, 429);
  ends.abort();
  await Promise.allSettled(many);
  const large = JSON.stringify({ model, input: "x ".repeat(15 * 1024 * 1024), truncate: true });
  await eventually(async () => {
    const statuses = await Promise.all([post(large), post(large)].map(async (each) => (await each).status));
    return statuses.every((status) => status === 200) ? true : undefined;
  }, () => "room for large bodies again");
});
