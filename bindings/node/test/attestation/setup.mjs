// An issuer, its agent and a server, for the tests of callgate/attestation.
import { SecretKey } from 'callgate';
import {
  AttestationProvider,
  AttestationVerifier,
  InMemoryKeyResolver,
} from 'callgate/attestation';

export const NOW = Date.UTC(2026, 10, 30, 12);
export const SECONDS = NOW / 1000;
export const ISSUER = 'https://issuer.example';
export const SERVER = 'https://server.example/mcp';
export const KID = 'issuer-1';

/** The same key in every run: 32 equal bytes. */
export function keyPair(byte = 1, kid = KID) {
  const privateKey = SecretKey.fromBytes(new Uint8Array(32).fill(byte));
  return { privateKey, publicKey: privateKey.publicKey, kid };
}

export const issuerKey = keyPair();
export const agentKey = keyPair(2, 'agent-1');

export const identity = {
  model_family: 'claude-4',
  model_version: 'claude-sonnet-4',
  provider: 'anthropic',
};

export const provider = new AttestationProvider({ issuer: ISSUER, keyPair: issuerKey });

export function token(given = {}) {
  return provider.createToken({ identity, audience: SERVER, now: NOW, ...given });
}

/** A token that names the agent's key. */
export function boundToken(given = {}) {
  return token({ confirmationKey: agentKey.publicKey, ...given });
}

/** A server that has seen nothing, with the issuer's key pinned. */
export function verifier(given = {}) {
  return new AttestationVerifier({
    trustedIssuers: [{ issuer: ISSUER, keys: { [KID]: issuerKey.publicKey } }],
    audience: SERVER,
    ...given,
  });
}

/** The same, with a resolver instead of pinned keys. */
export function resolving(keyResolver, given = {}) {
  return verifier({ trustedIssuers: [ISSUER], keyResolver, ...given });
}

export function resolverWith(...pairs) {
  const resolver = new InMemoryKeyResolver();
  for (const pair of pairs) resolver.addKeyPair(ISSUER, pair);
  return resolver;
}

/** Signs any header and claims, as no provider would. */
export function signed(claims, { header = {}, key = issuerKey.privateKey } = {}) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = encode({ alg: 'EdDSA', typ: 'JWT', kid: KID, ...header });
  const input = `${head}.${encode(claims)}`;
  return `${input}.${Buffer.from(key.sign(input)).toString('base64url')}`;
}

/** Claims that a verifier takes. */
export function claims(given = {}) {
  return {
    iss: ISSUER,
    sub: 'spiffe://anthropic.com/model/claude-sonnet-4',
    aud: SERVER,
    iat: SECONDS - 5,
    exp: SECONDS + 295,
    jti: crypto.randomUUID(),
    agent_identity: identity,
    attestation_metadata: { attestation_version: '0.1.0', attestation_type: 'provider' },
    ...given,
  };
}

/** What a result says, for comparison. */
export function said({ verified, admitted, reason }) {
  return { verified, admitted, reason };
}

export const VERIFIED = { verified: true, admitted: true, reason: null };
export function refused(reason) {
  return { verified: false, admitted: false, reason };
}
