/** Key pairs of issuers, as JWK (RFC 8037). */
import { text } from '../check.js';
import { KeyFormatError } from '../errors.js';
import { PublicKey, publicKey } from '../public-key.js';
import { SecretKey, secretKey } from '../secret-key.js';
import { Ed25519JWKSchema } from './schemas.js';
import type { Ed25519JWK } from './types.js';

/** The key of an issuer: `kid` is what tokens call it. */
export interface KeyPair {
  readonly privateKey: SecretKey;
  readonly publicKey: PublicKey;
  readonly kid: string;
}

/** A new key pair. @param kid - the thumbprint of the key (RFC 7638) by default */
export async function generateEd25519KeyPair(kid?: string): Promise<KeyPair> {
  return pairOf(SecretKey.generate(), kid);
}

/** What an issuer publishes. */
export async function exportPublicKeyAsJWK(keyPair: KeyPair): Promise<Ed25519JWK> {
  return publicJwk(keyId(keyPair.kid), publicKey(keyPair.publicKey, 'publicKey'));
}

/** With `d`: a secret, in memory that cannot be erased reliably. @throws TypeError once closed */
export async function exportPrivateKeyAsJWK(keyPair: KeyPair): Promise<Ed25519JWK> {
  const { x, d } = secretKey(keyPair.privateKey, 'privateKey').toJwk();
  return { kty: 'OKP', crv: 'Ed25519', kid: keyId(keyPair.kid), x, d, use: 'sig', alg: 'EdDSA' };
}

/** @throws SchemaError; KeyFormatError KEY_REFUSED for a weak key, and for one with `d` */
export async function importPublicKeyFromJWK(jwk: Ed25519JWK): Promise<PublicKey> {
  const { kty, crv, x, d } = Ed25519JWKSchema.parse(jwk);
  if (d !== undefined) {
    const message = 'the JWK holds a private key; publish and import the public one';
    throw new KeyFormatError(message, 'KEY_REFUSED', '/d');
  }
  return PublicKey.fromJwk({ kty, crv, x });
}

/** @throws SchemaError; KeyFormatError KEY_REFUSED for a key without `d`, or whose `x` differs */
export async function importPrivateKeyFromJWK(jwk: Ed25519JWK): Promise<SecretKey> {
  const { kty, crv, x, d } = Ed25519JWKSchema.parse(jwk);
  if (d === undefined) {
    throw new KeyFormatError('the JWK holds no private key', 'KEY_REFUSED', '/d');
  }
  return SecretKey.fromJwk({ kty, crv, x, d });
}

/** @throws as {@link importPrivateKeyFromJWK} */
export async function importKeyPairFromJWK(jwk: Ed25519JWK): Promise<KeyPair> {
  return pairOf(await importPrivateKeyFromJWK(jwk), jwk.kid);
}

/** A public key as an issuer publishes it. */
export function publicJwk(kid: string, key: PublicKey): Ed25519JWK {
  return { kty: 'OKP', crv: 'Ed25519', kid, x: key.toJwk().x, use: 'sig', alg: 'EdDSA' };
}

/** The border for key ids. */
export function keyId(value: unknown): string {
  const kid = text(value, 'kid');
  if (kid === '') throw new TypeError('kid must not be empty');
  return kid;
}

function pairOf(privateKey: SecretKey, kid: string | undefined): KeyPair {
  const key = privateKey.publicKey;
  return { privateKey, publicKey: key, kid: kid === undefined ? key.thumbprint : keyId(kid) };
}
