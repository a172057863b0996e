import { basename, join } from "node:path";

/** Two sentences and how near people found them. */
export interface SentencePair {
  readonly score: number;
  readonly sentences: readonly [string, string];
}

/** The pairs of one file. */
export interface PairFile {
  readonly name: string;
  readonly pairs: readonly SentencePair[];
}

/**
 * Reads every `.csv` file of a folder, in the order of their names, in the format of STS-B: no head, fields
 * divided by tabs, never quoted; the fifth is the score, the sixth and the seventh are the sentences.
 */
export async function readPairFiles(folder: string): Promise<PairFile[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(".csv")).sort();
  if (names.length === 0) throw new Error(`Cannot evaluate: ${folder} holds no .csv file`);
  return await Promise.all(names.map(async (name) => {
    const lines = (await Deno.readTextFile(join(folder, name))).split("\n");
    const pairs = lines.flatMap((line, index) =>
      line.trim() === "" ? [] : [parsePair(line, `${name}:${index + 1}`)]
    );
    return { name: basename(name, ".csv"), pairs };
  }));
}

function parsePair(line: string, where: string): SentencePair {
  const [, , , , score, first, second] = line.split("\t");
  if (first === undefined || second === undefined || !Number.isFinite(Number(score))) {
    throw new Error(`Cannot read ${where}: a score and two sentences should be its fifth to seventh field`);
  }
  return { score: Number(score), sentences: [first.trim(), second.trim()] };
}
