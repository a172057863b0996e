import { Project } from "../../test/project.ts";
import { type Figure, percentile, under } from "../statistics.ts";

const source = `
const session = new Supabase.ai.Session("gte-small-int8");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
Deno.serve(async () => {
  const samples = [];
  for (let index = 0; index < 130; index++) {
    await pause(25);
    const startedAt = performance.now();
    await session.run(\`number \${index} of the sentences has about sixteen tokens to read here\`);
    if (index >= 10) samples.push(performance.now() - startedAt);
  }
  return Response.json(samples);
});`;

/** How long a function waits for the vector of one text when nobody else asks. */
export async function fromFunction(): Promise<Figure> {
  const project = await Project.start({ "query/index.ts": source });
  try {
    const samples: number[] = await (await project.fetch("query")).json();
    const note = ` (p95 ${percentile(samples, 0.95).toFixed(1)})`;
    return under(
      "gte-small-int8: one 16-token query from a function, p50",
      percentile(samples, 0.5),
      6,
      note,
    );
  } finally {
    await project.stop();
  }
}
