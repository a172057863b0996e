import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { create } from "tar";
import type { CatalogueSource } from "./catalogue-schema.ts";

/** For tests: the npm source that {@linkcode registry} serves. */
export const source: CatalogueSource & { kind: "npm" } = {
  kind: "npm",
  package: "@tiny/models",
  version: "1.0.0",
  root: "dist/Tiny/tiny",
  tarballBytes: 1000,
};
/** For tests: a package with these files under `root`, and a large one after them that nobody wants. */
export async function pack(
  folder: string,
  contents: ReadonlyMap<string, Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const [path, content] of contents) {
    const target = join(folder, "package", source.root, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.writeFile(target, content);
  }
  const unwanted = Uint8Array.from({ length: 4_000_000 }, () => Math.random() * 256);
  await Deno.writeFile(join(folder, "package", "zz-unwanted.bin"), unwanted);
  await Deno.writeTextFile(
    join(folder, "package", "package.json"),
    '{"name":"@tiny/models","version":"1.0.0"}',
  );
  const file = join(folder, "package.tgz");
  await create({ cwd: folder, file, gzip: true, portable: true }, [
    "package/package.json",
    `package/${source.root}`,
    "package/zz-unwanted.bin",
  ]);
  return await Deno.readFile(file);
}

/** For tests: a registry that serves one tarball, and remembers each request's path and Authorization. */
export function registry(
  tarball: Uint8Array<ArrayBuffer>,
  answer: (request: Request) => Response | undefined = () => undefined,
) {
  const asked: { path: string; authorization: string | null }[] = [];
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { origin, pathname } = new URL(request.url);
    asked.push({ path: pathname, authorization: request.headers.get("authorization") });
    const other = answer(request);
    if (other !== undefined) return other;
    if (pathname.endsWith(".tgz")) return new Response(tarball);
    const dist = { tarball: `${origin}/@tiny/models/-/models-1.0.0.tgz`, integrity };
    return Response.json({
      name: source.package,
      "dist-tags": { latest: "1.0.0" },
      versions: { "1.0.0": { name: source.package, version: "1.0.0", dist } },
    });
  });
  const { port } = server.addr;
  return { asked, address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** For tests: an environment whose npm reads only this `.npmrc`. */
export async function npmEnvironment(folder: string, npmrc: string) {
  await Deno.writeTextFile(join(folder, ".npmrc"), npmrc);
  return { HOME: folder, PATH: Deno.env.get("PATH") };
}
