import { join } from "node:path";

/** Words of which sentences are made where no corpus is given. */
const words = ("a the man woman dog is are playing running guitar street in on with new city people said " +
  "government president market percent report two three young black white horse riding beach over")
  .split(" ");

/**
 * Sentences to embed, each once: of the tab-separated files in `folder`, whose sixth and seventh columns hold
 * them as in the STS benchmark, or made up, of about the same length.
 */
export async function sentences(folder: string | undefined): Promise<string[]> {
  if (folder === undefined) return madeUp();
  const found = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".csv")) continue;
    for (const line of (await Deno.readTextFile(join(folder, name))).split("\n")) {
      for (const sentence of line.split("\t").slice(5, 7)) found.add(sentence.trim());
    }
  }
  found.delete("");
  return [...found];
}

function madeUp(): string[] {
  return Array.from({ length: 6_000 }, (_, index) => {
    const length = 6 + index * 7 % 14;
    return Array.from({ length }, (_, place) => words[(index * 31 + place * place * 7) % words.length]).join(
      " ",
    );
  });
}
