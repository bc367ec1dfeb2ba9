/**
 * The forms of keys and claims, for programs that read or write them. They judge no token: that is
 * what {@link AttestationVerifier} is for, and the engine's reading is the stricter one.
 */
import { isObject } from '../json.js';
import {
  arrayOf,
  check,
  objectOf,
  oneOf,
  optional,
  schema,
  type Rule,
  type Schema,
} from './schema.js';
import {
  type AgentIdentity,
  type AgentIntegrity,
  ATTESTATION_VERSION,
  type AttestationClaims,
  type AttestationMetadata,
  type AttestationType,
  type ConfirmationKey,
  type Ed25519JWK,
  type JWKS,
  type JWTHeader,
  type SafetyLevel,
} from './types.js';

const text: Rule<string> = check('a string', (value) => typeof value === 'string');
const name: Rule<string> = check(
  'a string that is not empty',
  (value) => typeof value === 'string' && value !== '',
);
const url: Rule<string> = check(
  'an absolute URL',
  (value) => typeof value === 'string' && URL.canParse(value),
);
const seconds: Rule<number> = check(
  'a positive whole number of seconds',
  (value) => Number.isSafeInteger(value) && (value as number) > 0,
);
const audience: Rule<string | readonly string[]> = check(
  'a string or 1 to 8 strings',
  (value) =>
    typeof value === 'string' ||
    (Array.isArray(value) &&
      value.length >= 1 &&
      value.length <= 8 &&
      value.every((each) => typeof each === 'string')),
);
const tokenId: Rule<string> = check(
  'printable ASCII of at most 128 characters',
  (value) => typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value),
);
const texts: Rule<Readonly<Record<string, string>>> = check(
  'an object of strings',
  (value) => isObject(value) && Object.values(value).every((each) => typeof each === 'string'),
);

const identity = objectOf<AgentIdentity>({
  model_family: name,
  model_version: name,
  provider: name,
  deployment_id: optional<string | undefined>(name),
});
const integrity = objectOf<AgentIntegrity>({
  config_hash: optional<string | undefined>(text),
  system_prompt_hash: optional<string | undefined>(text),
});
const metadata = objectOf<AttestationMetadata>({
  attestation_version: optional(text, ATTESTATION_VERSION),
  attestation_type: optional<AttestationType>(oneOf('provider', 'enterprise'), 'provider'),
  safety_level: optional<SafetyLevel>(oneOf('standard', 'enhanced', 'minimal'), 'standard'),
  capabilities_declared: optional<readonly string[]>(arrayOf(text), []),
});
const confirmation = objectOf<ConfirmationKey>({
  jwk: optional<ConfirmationKey['jwk']>(
    objectOf<NonNullable<ConfirmationKey['jwk']>>({
      kty: text,
      crv: text,
      x: text,
      kid: optional<string | undefined>(text),
    }),
  ),
  tls_binding: optional<Readonly<Record<string, string>> | undefined>(texts),
});
const jwk = objectOf<Ed25519JWK>({
  kty: oneOf('OKP'),
  crv: oneOf('Ed25519'),
  kid: name,
  x: text,
  use: optional<'sig' | undefined>(oneOf('sig')),
  alg: optional<'EdDSA' | undefined>(oneOf('EdDSA')),
  d: optional<string | undefined>(text),
});

export const AgentIdentitySchema: Schema<AgentIdentity> = schema(identity);
export const AgentIntegritySchema: Schema<AgentIntegrity> = schema(integrity);
/** Absent members take their defaults: version 0.1.0, provider, standard, no capabilities. */
export const AttestationMetadataSchema: Schema<AttestationMetadata> = schema(metadata);
export const ConfirmationKeySchema: Schema<ConfirmationKey> = schema(confirmation);
export const Ed25519JWKSchema: Schema<Ed25519JWK> = schema(jwk);
export const JWKSSchema: Schema<JWKS> = schema(objectOf<JWKS>({ keys: arrayOf(jwk) }));
export const AttestationClaimsSchema: Schema<AttestationClaims> = schema(
  objectOf<AttestationClaims>({
    iss: url,
    sub: name,
    aud: audience,
    iat: seconds,
    exp: seconds,
    jti: tokenId,
    nbf: optional<number | undefined>(seconds),
    agent_identity: identity,
    attestation_metadata: metadata,
    agent_integrity: optional<AgentIntegrity | undefined>(integrity),
    cnf: optional<ConfirmationKey | undefined>(confirmation),
  }),
);
export const JWTHeaderSchema: Schema<JWTHeader> = schema(
  objectOf<JWTHeader>({
    alg: oneOf('EdDSA'),
    typ: optional<'JWT' | undefined>(oneOf('JWT')),
    kid: name,
  }),
);
