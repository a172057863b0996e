import type { Keys, Settings } from "../settings/index.ts";

/** What a client needs to connect, under the names that `supabase status` uses. */
export function connectionValues({ apiUrl }: Settings, keys: Keys): Record<string, string> {
  return {
    API_URL: apiUrl,
    FUNCTIONS_URL: `${apiUrl}/functions/v1`,
    ANON_KEY: keys.anonKey,
    SERVICE_ROLE_KEY: keys.serviceRoleKey,
    PUBLISHABLE_KEY: keys.publishableKey,
    SECRET_KEY: keys.secretKey,
    JWT_SECRET: keys.jwtSecret,
  };
}

/** A project's addresses and keys for a person to read, with one line to paste. */
export function connectionText(values: Record<string, string>, functions: readonly string[]): string {
  const urls = functions.map((name) => `${values.FUNCTIONS_URL}/${name}`);
  const rows: [string, string][] = [
    ["API URL", values.API_URL!],
    ...urls.map((url, index): [string, string] => [index === 0 ? "Function URLs" : "", url]),
    ["anon key", values.ANON_KEY!],
    ["service_role key", values.SERVICE_ROLE_KEY!],
    ["publishable key", values.PUBLISHABLE_KEY!],
    ["secret key", values.SECRET_KEY!],
  ];
  const table = rows.map(([label, value]) => `${label.padStart(16)}${label === "" ? " " : ":"} ${value}`);
  const [first] = urls;
  const advice = first === undefined
    ? ["No function yet. Make one with: selvedge functions new hello"]
    : ["Try it:", `  ${curlLine(first, values.ANON_KEY!)}`];
  return [...table, "", ...advice].join("\n");
}

function curlLine(url: string, anonKey: string): string {
  return `curl -sS '${url}' -H 'Authorization: Bearer ${anonKey}' -H 'Content-Type: application/json' ` +
    `-d '{"name":"Functions","input":"Luke, I am your father."}'`;
}
