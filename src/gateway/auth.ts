import type { IncomingHttpHeaders } from "node:http";
import { createHash, createSecretKey, timingSafeEqual } from "node:crypto";
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from "jose";
import { SelvedgeError } from "../contract/index.ts";
import type { Keys } from "../settings/index.ts";

/**
 * The Authorization header that a function sees, as Supabase's gateway rewrites it: a token of the user stays;
 * a secret key stands for the service role's token and a publishable key for the anonymous one; another
 * `apikey` is passed on as it is.
 */
export function rewriteAuthorization(headers: IncomingHttpHeaders, keys: Keys): string | undefined {
  const { authorization, apikey } = headers;
  if (authorization !== undefined && !authorization.startsWith("Bearer sb_")) return authorization;
  const key = typeof apikey === "string" ? apikey : authorization?.slice("Bearer ".length);
  if (key === undefined) return undefined;
  if (isSame(key, keys.secretKey)) return `Bearer ${keys.serviceRoleKey}`;
  if (isSame(key, keys.publishableKey)) return `Bearer ${keys.anonKey}`;
  return key;
}

/**
 * Checks the token in an Authorization header against the project's secret.
 *
 * @throws {SelvedgeError} `AUTH_HEADER_MISSING`, `AUTH_HEADER_MALFORMED`, `TOKEN_MALFORMED`,
 *   `TOKEN_ALGORITHM_UNSUPPORTED` or `TOKEN_INVALID`
 */
export async function verifyToken(authorization: string | undefined, keys: Keys): Promise<void> {
  if (authorization === undefined) throw missing();
  await claimsOf(tokenIn(authorization), keys);
}

/**
 * Who sends a request: `anon`, `service_role`, or `user:<sub>` for a token of a user. A key or token comes in
 * `Authorization: Bearer` or in `apikey`; where both come both must hold, and Authorization says who it is.
 *
 * @throws {SelvedgeError} as {@linkcode verifyToken}
 */
export async function identifyCaller(
  { authorization, apikey }: IncomingHttpHeaders,
  keys: Keys,
): Promise<string> {
  const given = [authorization === undefined ? undefined : tokenIn(authorization), apikey]
    .filter((credential) => typeof credential === "string");
  const [caller] = await Promise.all(given.map((credential) => holderOf(credential, keys)));
  if (caller === undefined) throw missing();
  return caller;
}

/** Lets only the project's own server side in. @throws {SelvedgeError} what {@linkcode identifyCaller} throws; `TOKEN_INVALID` */
export async function requireServiceRole(headers: IncomingHttpHeaders, keys: Keys): Promise<void> {
  const caller = await identifyCaller(headers, keys);
  if (caller === "service_role") return;
  throw new SelvedgeError(
    "TOKEN_INVALID",
    `This is for the secret key or the service role, not for "${caller}"`,
  );
}

async function holderOf(credential: string, keys: Keys): Promise<string> {
  if (isSame(credential, keys.secretKey)) return "service_role";
  if (isSame(credential, keys.publishableKey)) return "anon";
  const { sub, role } = await claimsOf(credential, keys);
  return sub ? `user:${sub}` : typeof role === "string" ? role : "anon";
}

function tokenIn(authorization: string): string {
  const [scheme, token, ...rest] = authorization.split(" ");
  if (scheme === "Bearer" && token && rest.length === 0) return token;
  throw new SelvedgeError(
    "AUTH_HEADER_MALFORMED",
    "The Authorization header is not of the form: Bearer TOKEN",
  );
}

async function claimsOf(token: string, keys: Keys): Promise<JWTPayload> {
  const algorithm = algorithmOf(token);
  if (algorithm !== "HS256") {
    throw new SelvedgeError(
      "TOKEN_ALGORITHM_UNSUPPORTED",
      `Cannot verify a token signed with "${algorithm}"`,
    );
  }
  try {
    const secret = createSecretKey(keys.jwtSecret, "utf8");
    return (await jwtVerify(token, secret, { algorithms: ["HS256"] })).payload;
  } catch (cause) {
    throw new SelvedgeError("TOKEN_INVALID", "The token's signature or time does not hold", { cause });
  }
}

function algorithmOf(token: string): string {
  try {
    return String(decodeProtectedHeader(token).alg);
  } catch (cause) {
    throw new SelvedgeError("TOKEN_MALFORMED", "The token is not a JSON Web Token", { cause });
  }
}

/** Compares in a time that tells nothing of the key. */
function isSame(given: string, key: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}

function missing(): SelvedgeError {
  return new SelvedgeError("AUTH_HEADER_MISSING", "The request carries no token");
}
