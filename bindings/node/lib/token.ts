/** Security tokens: compact JWS (RFC 7515) with EdDSA (RFC 8037), claims as RFC 7519. */
import {
  bytes,
  flag,
  instant,
  jsonText,
  options,
  optionalText,
  textOrBytes,
  wholeSeconds,
} from './check.js';
import { TokenError } from './errors.js';
import { type IssuerKeys, issuerKeys } from './issuer-keys.js';
import type { JsonObject } from './json.js';
import { native } from './native.js';
import { SecretKey, secretKey } from './secret-key.js';

/** The claims of a token whose signature verified. */
export interface TokenClaims {
  /** `sub`. */
  readonly subject: string;
  /** `scp`: the name of the SecurityContext. */
  readonly scope: string;
  /** `jti`. */
  readonly id: string | null;
  /** The id of the issuer key that verified the token. */
  readonly keyId: string;
  /** `cnf.jkt`: the RFC 7638 thumbprint of the session's key. */
  readonly keyThumbprint: string | null;
  /** `iat`. */
  readonly issuedAt: Date;
  /** `nbf`. */
  readonly notBefore: Date | null;
  /** `exp`. */
  readonly expiresAt: Date;
  /** All claims. */
  readonly claims: JsonObject;
  /** All claims as JSON text: compact, keys sorted, digits as sent. */
  readonly json: string;
}

export interface VerifyTokenOptions {
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date;
  /** `iss` must equal it. */
  readonly issuer?: string;
  /** `aud` must equal or contain it. Without it, a token with `aud` is refused (RFC 7519). */
  readonly audience?: string;
  /** Takes a token whatever its `aud` says; false by default, and not with `audience`. */
  readonly acceptAnyAudience?: boolean;
  /** Whole seconds on `exp` and `nbf`, 0 to 60; 0 by default. */
  readonly leeway?: number;
}

/**
 * The claims of a token that is valid now. A token without `kid` is accepted only where one key is
 * configured.
 *
 * @throws TokenError EXPIRED_TOKEN, or INVALID_TOKEN for everything else that a token can be wrong
 * in; KeyFormatError for keys that are none; CallgateError INVALID_ARGUMENT for a `now` or `leeway`
 * out of range
 */
export function verifyToken(
  token: string | Uint8Array,
  keys: IssuerKeys,
  given: VerifyTokenOptions = {},
): TokenClaims {
  const { now, issuer, audience, leeway, acceptAnyAudience } = options<VerifyTokenOptions>(given, [
    'now',
    'issuer',
    'audience',
    'leeway',
    'acceptAnyAudience',
  ]);
  const claims = native.verifyToken(
    textOrBytes(token, 'token'),
    issuerKeys(keys),
    instant(now),
    optionalText(issuer, 'issuer'),
    optionalText(audience, 'audience'),
    wholeSeconds(leeway ?? 0, 'leeway'),
    flag(acceptAnyAudience, 'acceptAnyAudience'),
  );
  return Object.freeze({
    ...claims,
    issuedAt: new Date(claims.issuedAt),
    notBefore: claims.notBefore === null ? null : new Date(claims.notBefore),
    expiresAt: new Date(claims.expiresAt),
    claims: JSON.parse(claims.json) as JsonObject,
  });
}

export interface TokenOptions {
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date;
  /** The `kid` of the header; none by default. */
  readonly kid?: string;
  /** Whole seconds from `iat` to `exp` where the claims have no `exp`: 3,600 by default. */
  readonly lifetime?: number;
}

/**
 * Signs claims, which have at least `sub` and `scp`. Where they are absent, `iat` (now), `exp` and
 * a random `jti` are added.
 *
 * @param claims - an object or its JSON text
 * @throws TokenError INVALID_TOKEN where the token would not verify; CallgateError INVALID_ARGUMENT
 * for a `now` or `lifetime` out of range; TypeError for a key that is closed
 */
export function issueToken(
  claims: JsonObject | string | Uint8Array,
  key: SecretKey,
  given: TokenOptions = {},
): string {
  const { now, kid, lifetime } = tokenOptions(given);
  return native.issueToken(
    jsonText(claims, 'claims'),
    SecretKey.handleOf(secretKey(key, 'key')),
    now,
    kid,
    lifetime,
  );
}

/**
 * The bytes that a key which is held elsewhere has to sign; otherwise as {@link issueToken}.
 *
 * @throws as {@link issueToken}, but for the key
 */
export function tokenSigningInput(
  claims: JsonObject | string | Uint8Array,
  given: TokenOptions = {},
): Uint8Array {
  const { now, kid, lifetime } = tokenOptions(given);
  return native.tokenSigningInput(jsonText(claims, 'claims'), now, kid, lifetime);
}

/**
 * The token of a signing input and its 64-byte signature. Only its form is checked.
 *
 * @throws TokenError INVALID_TOKEN
 */
export function assembleToken(signingInput: string | Uint8Array, signature: Uint8Array): string {
  const input = textOrBytes(signingInput, 'signingInput');
  if (bytes(signature, 'signature').length !== 64) {
    throw new TokenError('an Ed25519 signature has 64 bytes', 'INVALID_TOKEN', 'signature');
  }
  return native.assembleToken(input, signature);
}

function tokenOptions(given: TokenOptions): {
  now: number;
  kid: string | undefined;
  lifetime: number;
} {
  const { now, kid, lifetime } = options<TokenOptions>(given, ['now', 'kid', 'lifetime']);
  return {
    now: instant(now),
    kid: optionalText(kid, 'kid'),
    lifetime: wholeSeconds(lifetime ?? 3600, 'lifetime'),
  };
}
