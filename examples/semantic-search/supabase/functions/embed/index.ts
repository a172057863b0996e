/// <reference types="../edge-runtime.d.ts" />
const session = new Supabase.ai.Session("gte-small");

Deno.serve(async (request) => {
  const { input } = await request.json();
  const embedding = await session.run(input, { mean_pool: true, normalize: true });
  return Response.json({ embedding });
});
