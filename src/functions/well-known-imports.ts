/** Query options of esm.sh that do not change which code is imported. */
const harmlessOptions = new Set(["target", "pin", "dts", "no-check", "no-dts", "deno-std", "bundle", "dev"]);

const shims = new URL("../worker/shims/", import.meta.url);

const transformersAnywhere =
  /^(?:(?:npm|jsr):\/?|https:\/\/cdn\.jsdelivr\.net\/npm\/)(@huggingface\/transformers(?:@[^/]+)?)(?:\/\+esm)?$/;

/** Whether an address of an import map is transformers.js, which needs stand-ins for its native libraries. */
export function isTransformers(address: string | null): boolean {
  return address !== null && transformersAnywhere.test(address);
}

/**
 * Where a well-known remote import is served from instead: types that have no code from an empty module,
 * packages of the registry from the registry (transformers.js by whatever way it is named), and `serve` of the old standard library from `Deno.serve`.
 * Other specifiers are the user's business: undefined.
 */
export function wellKnownImport(specifier: string): string | undefined {
  if (/^jsr:\/?@supabase\/functions-js(@[^/]*)?(\/edge-runtime(\.d\.ts)?)?$/.test(specifier)) {
    return new URL("no-code.ts", shims).href;
  }
  const jsr = /^jsr:\/?(@supabase\/supabase-js(?:@[^/]+)?)$/.exec(specifier);
  if (jsr !== null) return `npm:${jsr[1]}`;
  if (/^https:\/\/deno\.land\/std(@[^/]+)?\/http\/server\.ts$/.test(specifier)) {
    return new URL("std-http-server.ts", shims).href;
  }
  const transformers = transformersAnywhere.exec(specifier);
  if (transformers !== null) return `npm:${transformers[1]}`;
  const url = specifier.startsWith("https://esm.sh/") ? URL.parse(specifier) : null;
  return url === null ? undefined : fromEsmSh(url);
}

/** `https://esm.sh/[v135/][@scope/]name[@version][/path]` is a package of the npm registry, compiled. */
function fromEsmSh({ pathname, searchParams }: URL): string | undefined {
  if ([...searchParams.keys()].some((option) => !harmlessOptions.has(option))) return undefined;
  const path = pathname.replaceAll("%40", "@").replace(/^\/(?:v\d+|stable)\//, "/").replace(/^\/\*?/, "");
  const [, name, subpath = ""] = /^((?:@[^/@]+\/)?[^/@]+(?:@[^/]+)?)(\/.*)?$/.exec(path) ?? [];
  if (name === undefined || /^(gh|jsr|pr|pkg\.pr\.new)$/.test(name) || subpath.endsWith(".d.ts")) {
    return subpath.endsWith("edge-runtime.d.ts") ? new URL("no-code.ts", shims).href : undefined;
  }
  return `npm:${name}${subpath}`;
}
