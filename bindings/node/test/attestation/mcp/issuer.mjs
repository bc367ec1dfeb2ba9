// An issuer, and verifiers that trust it.
import {
  AttestationProvider,
  AttestationVerifier,
  exportPrivateKeyAsJWK,
  exportPublicKeyAsJWK,
  generateEd25519KeyPair,
  importKeyPairFromJWK,
  importPublicKeyFromJWK,
  InMemoryKeyResolver,
} from 'callgate/attestation';

export const ISSUER = 'https://issuer.example';
export const AUDIENCE = 'https://server.example/mcp';
export const EXTENSION = 'dev.callgate/agent-attestation';
export const IDENTITY = {
  model_family: 'family-4',
  model_version: 'family-4-large',
  provider: 'issuer',
};
export const SUBJECT = 'spiffe://issuer.com/model/family-4-large';

const keyPair = await generateEd25519KeyPair('key-1');
const other = await generateEd25519KeyPair('key-1');

export const provider = new AttestationProvider({ issuer: ISSUER, keyPair });
/** Signs in the issuer's name with a key that is not its own. */
export const forger = new AttestationProvider({ issuer: ISSUER, keyPair: other });

/** @param given - options of the verifier; `jwk` is the issuer's public key, ours by default */
export async function verifierFor({ jwk, issuer = ISSUER, ...given } = {}) {
  const keyResolver = new InMemoryKeyResolver();
  const publicKey = jwk === undefined ? keyPair.publicKey : await importPublicKeyFromJWK(jwk);
  keyResolver.addKeyPair(issuer, { kid: jwk?.kid ?? keyPair.kid, publicKey });
  return new AttestationVerifier({
    trustedIssuers: [issuer],
    keyResolver,
    audience: AUDIENCE,
    ...given,
  });
}

/** Of a private JWK, as peers in other processes are given it. */
export async function providerOf(jwk, issuer = ISSUER) {
  return new AttestationProvider({ issuer, keyPair: await importKeyPairFromJWK(jwk) });
}

/** Of the issuer of these tests, for peers in other processes. */
export const publicJwk = await exportPublicKeyAsJWK(keyPair);
export const privateJwk = await exportPrivateKeyAsJWK(keyPair);
