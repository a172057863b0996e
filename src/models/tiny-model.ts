import { createHash } from "node:crypto";
import { join } from "node:path";
import { isSelvedgeError, type SelvedgeError } from "../contract/index.ts";
import {
  type CatalogueSource,
  type EmbeddingEntry,
  type KnownFile,
  type RequiredRole,
  requiredRoles,
} from "./catalogue-schema.ts";
import type { Environment } from "./places.ts";
import { ModelStore } from "./store.ts";

const revision = "0123456789abcdef0123456789abcdef01234567";
const hub: CatalogueSource = { kind: "hub", repository: "tiny/model", revision };
const paths: Record<RequiredRole, string> = {
  model: "onnx/model.onnx",
  tokenizer: "tokenizer.json",
  tokenizerConfig: "tokenizer_config.json",
  config: "config.json",
};

/** The bytes of each file of {@linkcode tinyModel}, by its path. */
export const tinyContents: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = new Map([
  // Like weights, these bytes do not compress.
  [paths.model, Uint8Array.from({ length: 200_000 }, (_, index) => Math.sin(index) * 1e6)],
  [paths.tokenizer, new TextEncoder().encode('{"version":"1.0"}')],
  [paths.tokenizerConfig, new TextEncoder().encode('{"model_max_length":512}')],
  [paths.config, new TextEncoder().encode('{"model_type":"bert"}')],
]);

/** For tests: a model of a few bytes with the given sources, by default the hub alone. */
export function tinyModel(
  sources: readonly CatalogueSource[] = [hub],
): EmbeddingEntry & { readonly files: readonly KnownFile[] } {
  return {
    name: "tiny",
    origin: "catalogue",
    task: "feature-extraction",
    licence: "MIT",
    dimensions: 4,
    maxTokens: 8,
    pooling: "mean",
    precision: "fp32",
    matryoshka: [],
    prefixes: { query: "", passage: "" },
    files: requiredRoles.map((role) => {
      const content = tinyContents.get(paths[role]) ?? new Uint8Array();
      const sha256 = createHash("sha256").update(content).digest("hex");
      return { role, path: paths[role], bytes: content.length, sha256 };
    }),
    sources,
  };
}

/** For tests: a folder that goes away, and a store in it. */
export async function temporaryStore() {
  const folder = await Deno.makeTempDir({ prefix: "selvedge-models-" });
  return {
    folder,
    store: new ModelStore(folder),
    /** Names of everything in the store. */
    names: async () => {
      try {
        return (await Array.fromAsync(Deno.readDir(join(folder, "blobs")))).map(({ name }) => name)
          .toSorted();
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** For tests: a hub whose answers `answer` gives by path in the repository; undefined gives the right file. */
export function tinyHub(
  answer: (path: string, request: Request) => Response | undefined | Promise<Response>,
) {
  const asked: string[] = [];
  const closing = new AbortController();
  const place = { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen() {} };
  const server = Deno.serve(place, async (request) => {
    const path = new URL(request.url).pathname.split(`/resolve/${revision}/`)[1] ?? "";
    asked.push(path);
    return await answer(path, request) ?? new Response(tinyContents.get(path));
  });
  return {
    /** Paths asked for, in order. */
    asked,
    env: { HF_ENDPOINT: `http://127.0.0.1:${server.addr.port}` } satisfies Environment,
    /** Ends unfinished answers too. */
    [Symbol.asyncDispose]: () => {
      closing.abort();
      return server.finished;
    },
  };
}

/** For tests: the SelvedgeError that `work` fails with; fails itself when there is none. */
export async function selvedgeErrorOf(work: Promise<unknown>): Promise<SelvedgeError> {
  try {
    await work;
  } catch (error) {
    if (isSelvedgeError(error)) return error;
    throw error;
  }
  throw new Error("Expected a SelvedgeError, and nothing failed");
}

/** A signal that never aborts. */
export const never: AbortSignal = new AbortController().signal;
