import { base64url } from "jose";
import type { Keys, Settings } from "../settings/index.ts";

/**
 * The environment variables that every function sees: the contract's, and the user's secrets, of which those
 * named `SUPABASE_…` are skipped as Supabase skips them.
 */
export async function functionEnvironment(
  settings: Pick<Settings, "apiUrl" | "databaseUrl" | "readSecrets">,
  keys: Keys,
): Promise<Record<string, string>> {
  const secrets = Object.entries(await settings.readSecrets()).filter(([name]) =>
    !name.startsWith("SUPABASE_")
  );
  const oct = { kty: "oct", k: base64url.encode(keys.jwtSecret) };
  return {
    ...Object.fromEntries(secrets),
    SUPABASE_URL: settings.apiUrl,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    SUPABASE_DB_URL: settings.databaseUrl,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify({ keys: [oct] }),
    SB_REGION: "local",
  };
}
