import { context, type Span, SpanKind, trace } from "@opentelemetry/api";
import type { EmbedReply } from "../contract/index.ts";
import { tokensOf } from "./routes/embeddings-dialect.ts";

const phases = ["tokenize", "queue", "run", "pool"] as const;

/**
 * Traces one answered request: a span named and filled after OpenTelemetry's conventions for generative AI, and
 * one below it for each phase, laid end to end. Does nothing unless the host was started with `OTEL_DENO=true`.
 */
export function traceEmbedding(model: string, caller: string, elapsedMs: number, reply: EmbedReply): void {
  const tracer = trace.getTracer("selvedge");
  const startTime = Date.now() - elapsedMs;
  const span = tracer.startSpan(`embeddings ${model}`, {
    kind: SpanKind.SERVER,
    startTime,
    attributes: {
      "gen_ai.operation.name": "embeddings",
      "gen_ai.request.model": model,
      "gen_ai.usage.input_tokens": tokensOf(reply),
      "selvedge.caller": caller,
      "selvedge.cached_rows": reply.cachedRows,
      "selvedge.model_digest": reply.digest,
    },
  });
  tracePhases(span, startTime, reply);
  span.end(startTime + elapsedMs);
}

function tracePhases(parent: Span, startTime: number, { timing }: EmbedReply): void {
  const tracer = trace.getTracer("selvedge");
  const below = trace.setSpan(context.active(), parent);
  let at = startTime;
  for (const phase of phases) {
    const span = tracer.startSpan(phase, { startTime: at }, below);
    at += timing[`${phase}Ms`];
    span.end(at);
  }
}
