import { lines } from "../../src/kit/lines.ts";

/** Something that embeds texts, and is timed at it. */
export interface Contender {
  readonly name: string;
  /** Embeds the texts and gives the milliseconds it took. */
  embed(texts: readonly string[]): Promise<number>;
  close(): Promise<void>;
}

/** Starts `child-main.ts` as a contender. */
export async function startChild(name: string, kind: string, argument: string): Promise<Contender> {
  const root = new URL("../../", import.meta.url).pathname;
  const script = new URL("./child-main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      `--config=${root}deno.json`,
      script,
      kind,
      argument,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = lines(child.stdout)[Symbol.asyncIterator]();
  const writer = child.stdin.getWriter();
  if ((await said.next()).done) throw new Error(`The baseline "${name}" did not start`);
  return {
    name,
    async embed(texts) {
      await writer.write(new TextEncoder().encode(JSON.stringify(texts) + "\n"));
      return Number((await said.next()).value);
    },
    async close() {
      await writer.close();
      await child.status;
    },
  };
}
