import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";
import { bounded } from "../kit/bounded-body.ts";
import type { GraphFile } from "./onnx-messages.ts";

/** Larger than any graph that one file of the format may hold. */
export const maxGraphBytes = 2 * 1024 ** 3;
/** A part this old belongs to a process that died: no fetch may take so long. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;
/** What the graphs that functions brought may take of the disk together. */
const defaultLimitBytes = 2 * 1024 ** 3;
const fetchTimeoutMs = 600_000;

const urlRecord = v.pipe(v.string(), v.parseJson(), v.object({ url: v.string(), digest: v.string() }));

/**
 * Graphs that functions brought, on disk: `<sha256>.onnx`, and `<sha256 of a URL>.url.json` for what a URL held when
 * it was first fetched. A file gets its name by a rename after its digest is known. When the graphs outgrow the
 * limit, those unused for longest go. Holds nothing open.
 */
export class GraphStore {
  /** The folder is made when it is first needed. */
  constructor(private readonly folder: string, private readonly limitBytes = defaultLimitBytes) {}

  /** The graph of that digest, if it is there. Looking counts as use. */
  async find(digest: string): Promise<GraphFile | undefined> {
    const path = join(this.folder, `${digest}.onnx`);
    try {
      await Deno.utime(path, new Date(), new Date());
      return { digest, path };
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Keeps the graph whose bytes come. @throws {BodyTooLarge} */
  async keep(bytes: AsyncIterable<Uint8Array>): Promise<GraphFile> {
    return await this.#place(async (part) => {
      using file = await Deno.open(part, { write: true, createNew: true });
      for await (const chunk of bounded(bytes, maxGraphBytes)) {
        for (let written = 0; written < chunk.length;) written += await file.write(chunk.subarray(written));
      }
    });
  }

  /**
   * The graph at a URL: fetched once, by a process that may do nothing else, and held from then on.
   *
   * @throws {SelvedgeError} `MODEL_UNREACHABLE`; `MODEL_CORRUPT` when the URL has something else than it had
   */
  async fetch(url: string): Promise<GraphFile> {
    const record = join(this.folder, `${createHash("sha256").update(url).digest("hex")}.url.json`);
    const known = await this.#recorded(record);
    const present = known === undefined ? undefined : await this.find(known);
    if (present !== undefined) return present;
    const graph = await this.#place((part) => download(url, part));
    if (known === undefined) await Deno.writeTextFile(record, JSON.stringify({ url, digest: graph.digest }));
    else if (known !== graph.digest) {
      throw new SelvedgeError(
        "MODEL_CORRUPT",
        `Cannot use ${url}: its sha256 was ${known} and is now ${graph.digest}; to accept that, remove ${record}`,
      );
    }
    return graph;
  }

  async #recorded(path: string): Promise<string | undefined> {
    const text = await Deno.readTextFile(path).catch(() => undefined);
    const result = v.safeParse(urlRecord, text);
    return result.success ? result.output.digest : undefined;
  }

  async #place(write: (part: string) => Promise<void>): Promise<GraphFile> {
    await Deno.mkdir(this.folder, { recursive: true });
    const part = join(this.folder, `${crypto.randomUUID()}.part`);
    try {
      await write(part);
      const digest = await digestOf(part);
      const path = join(this.folder, `${digest}.onnx`);
      await Deno.rename(part, path);
      await this.#makeRoom(path);
      return { digest, path };
    } catch (error) {
      await Deno.remove(part).catch(() => "it was never made");
      if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOSPC") throw error;
      throw new SelvedgeError("DISK_FULL", `Cannot keep a graph in ${this.folder}: the disk is full`, {
        cause: error,
      });
    }
  }

  async #makeRoom(keep: string): Promise<void> {
    const files: { path: string; size: number; usedAt: number }[] = [];
    for await (const { name } of Deno.readDir(this.folder)) {
      if (!/\.(?:onnx|part)$/.test(name)) continue;
      const path = join(this.folder, name);
      // Another upload may have ended between the listing and now.
      const file = await Deno.stat(path).catch(() => undefined);
      if (file === undefined) continue;
      const usedAt = file.mtime?.getTime() ?? 0;
      if (name.endsWith(".onnx")) files.push({ path, size: file.size, usedAt });
      else if (Date.now() - usedAt > abandonedAfterMs) await Deno.remove(path);
    }
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.limitBytes) return;
      if (path === keep) continue;
      await Deno.remove(path);
      total -= size;
    }
  }
}

/** The sha256 of a file, in hexadecimal digits. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

async function download(url: string, target: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--no-config", "--no-npm"],
      // Deno takes a comma in a path doubled.
      ...["--allow-net", `--allow-write=${target.replaceAll(",", ",,")}`],
      ...[new URL("./graph-fetch-main.ts", import.meta.url).pathname, url, target, String(maxGraphBytes)],
    ],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(fetchTimeoutMs),
    stdin: "null",
  }).output();
  if (success) return;
  const why = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new SelvedgeError("MODEL_UNREACHABLE", `Cannot fetch the graph at ${url}: ${why}`);
}
