import { fileURLToPath } from "node:url";
import { listSources, readGraph } from "./graph.ts";
import rooms from "./rooms.json" with { type: "json" };
import { askSizes, checkCycles, checkDirection, checkDoors, checkSeen, checkSizes } from "./rules.ts";
import type { Finding } from "./rules.ts";

/** What the check of one tree found, and how much it saw. */
export interface Report {
  readonly violations: readonly Finding[];
  /** Worth a look, but no failure. */
  readonly questions: readonly Finding[];
  readonly fileCount: number;
  readonly edgeCount: number;
}

/** Checks the sources under `root/src` against the table of rooms beside this file. */
export async function checkRooms(root: string): Promise<Report> {
  const graph = await readGraph(root);
  const violations = [
    ...checkSeen(graph, await listSources(root)),
    ...checkDirection(graph, rooms),
    ...checkDoors(graph, rooms),
    ...checkCycles(graph),
    ...checkSizes(graph.files),
  ];
  const questions = askSizes(graph.files);
  return { violations, questions, fileCount: graph.files.length, edgeCount: graph.edges.length };
}

/** Prints every finding, then how much was seen; returns the exit code. */
function print({ violations, questions, fileCount, edgeCount }: Report): number {
  for (const { path, found, right } of questions) console.log(`question: ${path} ${found}; aim: ${right}`);
  for (const { path, found, right } of violations) console.error(`${path} ${found}; right: ${right}`);
  console.log(
    `check-rooms saw ${fileCount} files and ${edgeCount} edges: ` +
      `${violations.length} violations, ${questions.length} questions`,
  );
  return violations.length === 0 ? 0 : 1;
}

if (import.meta.main) {
  const projectRoot = fileURLToPath(new URL("..", import.meta.url));
  Deno.exit(print(await checkRooms(Deno.args[0] ?? projectRoot)));
}
