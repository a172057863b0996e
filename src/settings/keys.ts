import { join } from "node:path";
import { base64url, SignJWT } from "jose";
import * as v from "valibot";
import { SelvedgeError } from "../contract/index.ts";

const tenYearsSeconds = 10 * 365 * 24 * 60 * 60;

const storedSchema = v.object({
  jwtSecret: v.pipe(v.string(), v.minLength(32)),
  issuedAt: v.pipe(v.number(), v.integer()),
  publishableKey: v.pipe(v.string(), v.startsWith("sb_publishable_")),
  secretKey: v.pipe(v.string(), v.startsWith("sb_secret_")),
});
type StoredKeys = v.InferOutput<typeof storedSchema>;

/** The project's keys, under the names that Supabase gives them. */
export interface Keys {
  /** Signs the project's tokens (HS256). */
  readonly jwtSecret: string;
  /** A token of role `anon`. */
  readonly anonKey: string;
  /** A token of role `service_role`. */
  readonly serviceRoleKey: string;
  /** Stands for the anon key in the `apikey` header. */
  readonly publishableKey: string;
  /** Stands for the service role key in the `apikey` header. */
  readonly secretKey: string;
}

/**
 * The keys kept in `<stateFolder>/keys.json` (mode 0600), generated if they are not there. Two programs that
 * start together agree on the first file. `jwtSecret` replaces the generated secret.
 *
 * @throws {SelvedgeError} `SETTINGS_INVALID` when the file is there and is not ours
 */
export async function openKeys(stateFolder: string, jwtSecret?: string): Promise<Keys> {
  const path = join(stateFolder, "keys.json");
  const stored = await readStored(path) ?? await generate(stateFolder, path);
  const secret = jwtSecret ?? stored.jwtSecret;
  return {
    jwtSecret: secret,
    anonKey: await sign("anon", secret, stored.issuedAt),
    serviceRoleKey: await sign("service_role", secret, stored.issuedAt),
    publishableKey: stored.publishableKey,
    secretKey: stored.secretKey,
  };
}

async function readStored(path: string): Promise<StoredKeys | undefined> {
  try {
    return v.parse(storedSchema, JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof v.ValiError || error instanceof SyntaxError)) throw error;
    const message =
      `Cannot read the project's keys from ${path}: ${error.message}. Restore the file, or delete it ` +
      "to have new keys made (clients that hold the old ones are then refused)";
    throw new SelvedgeError("SETTINGS_INVALID", message, { cause: error });
  }
}

async function generate(stateFolder: string, path: string): Promise<StoredKeys> {
  const keys: StoredKeys = {
    jwtSecret: random(36),
    issuedAt: Math.floor(Date.now() / 1000),
    publishableKey: `sb_publishable_${random(16)}_${random(6)}`,
    secretKey: `sb_secret_${random(16)}_${random(6)}`,
  };
  await openStateFolder(stateFolder);
  const temporary = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(temporary, JSON.stringify(keys, null, 2) + "\n", { mode: 0o600, createNew: true });
  try {
    // A link fails where a rename would replace the keys that another program made meanwhile.
    await Deno.link(temporary, path);
    return keys;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return (await readStored(path))!;
  } finally {
    await Deno.remove(temporary);
  }
}

/** Makes the folder of generated state, readable by its owner alone and ignored by git. */
async function openStateFolder(stateFolder: string): Promise<void> {
  await Deno.mkdir(stateFolder, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(join(stateFolder, ".gitignore"), "*\n");
}

function random(bytes: number): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(bytes)));
}

async function sign(role: string, secret: string, issuedAt: number): Promise<string> {
  return await new SignJWT({ role, ref: "local" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("supabase")
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tenYearsSeconds)
    .sign(new TextEncoder().encode(secret));
}
