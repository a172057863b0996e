import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readBounded } from "../../src/kit/bounded-body.ts";
import { assertEquals, assertMatch, assertTrue } from "../assert.ts";
import { eventually, Project } from "../project.ts";

/** A collector of OpenTelemetry that keeps what it is sent, as text. */
async function openCollector() {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    received.push(await readBounded(request, 1e7));
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { received, url: `http://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() };
}

const embed = (project: Project, input: string) =>
  fetch(`${project.values.API_URL}/v1/embeddings`, {
    method: "POST",
    headers: { authorization: `Bearer ${project.values.ANON_KEY}` },
    body: JSON.stringify({ model: "gte-small", input }),
  }).then((response) => response.json());

Deno.test("metrics count tokens, batches and cache by model, for the service role alone", async () => {
  const project = await Project.start({});
  try {
    await embed(project, "Luke, I am your father.");
    await embed(project, "Luke, I am your father.");
    const ask = (key: string) =>
      fetch(`${project.values.API_URL}/metrics`, { headers: { authorization: `Bearer ${key}` } });
    const refused = await ask(project.values.ANON_KEY!);
    assertEquals(refused.status, 401);
    await refused.body?.cancel();
    const text = await (await ask(project.values.SECRET_KEY!)).text();
    assertMatch(text, /selvedge_engine_tokens_total\{model="gte-small",priority="interactive"\} 9\n/);
    assertMatch(text, /selvedge_engine_cache_lookups_total\{model="gte-small",result="hit"\} 1\n/);
    assertMatch(text, /selvedge_engine_batch_rows_count\{model="gte-small",priority="interactive"\} 1\n/);
    assertMatch(text, /selvedge_engine_queue_tokens\{priority="bulk"\} 0\n/);
  } finally {
    await project.stop();
  }
});

Deno.test("with OTEL_DENO a request is a span with its tokens, and its phases are spans below it", async () => {
  using collector = await openCollector();
  const project = await Project.start({}, {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
  try {
    await embed(project, "Luke, I am your father.");
    await eventually(
      () => collector.received.some((text) => text.includes("embeddings gte-small")) || undefined,
      () => `a span among ${collector.received.join().slice(0, 500)}`,
    );
    const all = collector.received.join().replace(/\s/g, "");
    for (const phase of ["tokenize", "queue", "run", "pool"]) {
      assertTrue(all.includes(`"name":"${phase}"`), phase);
    }
    assertMatch(all, /"gen_ai.usage.input_tokens","value":\{"(int|double)Value":"?9/);
  } finally {
    await project.stop();
  }
});
