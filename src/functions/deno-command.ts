import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { controlSocketVariable } from "../contract/index.ts";
import type { FunctionDefinition } from "./definition.ts";
import { permissionFlags, type ProcessSockets } from "./permissions.ts";

/** What Deno itself needs from the host's environment; the function does not see it. */
const denoVariables = [
  ...[
    "HOME",
    "DENO_DIR",
    "XDG_CACHE_HOME",
    "DENO_AUTH_TOKENS",
    "JSR_URL",
    "NPM_CONFIG_REGISTRY",
    "NPM_TOKEN",
  ],
  ...["DENO_CERT", "DENO_TLS_CA_STORE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
];

/**
 * Deno, by way of util-linux's setpriv where that is: the kernel then ends a function whose host was killed,
 * even one that is too busy to notice the end of its control connection.
 */
const setpriv = "/usr/bin/setpriv";
const endsWithHost: readonly [string, ...string[]] = existsSync(setpriv)
  ? [setpriv, "--pdeathsig", "KILL", Deno.execPath()]
  : [Deno.execPath()];

/** Certificates that the machine trusts are trusted, as npm and curl do: networks have proxies. */
const denoDefaults = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_TLS_CA_STORE: "mozilla,system" };

/**
 * Starts Deno on a function: our worker first, then the function's own file, unchanged, as the main module.
 * Neither a package.json above it nor the user's own Deno settings have a say.
 */
export function spawnFunction(
  definition: FunctionDefinition,
  { importMap, preloads }: { readonly importMap: string; readonly preloads: readonly string[] },
  sockets: ProcessSockets,
): Deno.ChildProcess {
  const config = definition.denoConfig;
  const [command, ...prefix] = endsWithHost;
  return new Deno.Command(command, {
    args: [
      ...prefix,
      ...["run", "--quiet", "--no-check", "--no-lock", "--node-modules-dir=none"],
      // request.signal then tells that the client has gone, and nothing else.
      "--unstable-no-legacy-abort",
      ...(config === undefined ? ["--no-config"] : [`--config=${config}`]),
      `--import-map=${importMap}`,
      `--preload=${new URL("../worker/main.ts", import.meta.url).pathname}`,
      ...preloads.map((path) => `--preload=${path}`),
      ...permissionFlags(definition, sockets),
      definition.entrypoint,
    ],
    cwd: dirname(definition.entrypoint),
    clearEnv: true,
    env: {
      ...denoDefaults,
      ...hostVariables(),
      [controlSocketVariable]: sockets.control,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function hostVariables(): Record<string, string> {
  const present = denoVariables.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(present.filter((pair): pair is [string, string] => pair[1] !== undefined));
}
