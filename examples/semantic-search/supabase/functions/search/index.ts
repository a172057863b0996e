/// <reference types="../edge-runtime.d.ts" />
import { sentences } from "../_shared/sentences.ts";

const session = new Supabase.ai.Session("gte-small");
const vectors = session.run(sentences);

Deno.serve(async (request) => {
  const { input } = await request.json();
  const query = await session.run(input);
  const results = (await vectors).map((vector, index) => ({
    sentence: sentences[index],
    similarity: dot(vector, query),
  }));
  return Response.json({ results: results.sort((a, b) => b.similarity - a.similarity).slice(0, 3) });
});

/** Vectors have length one, so their dot product is the cosine of their angle. */
function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
