/** Who signs: a key of this process, or one that is kept elsewhere. */
import { types } from 'node:util';
import { wrongType } from '../check.js';
import { CallgateError, KeyFormatError } from '../errors.js';
import { native } from '../native.js';
import { type PublicKey, publicKey } from '../public-key.js';
import { SecretKey, secretKey } from '../secret-key.js';

/** Signs with a key that this process does not hold: of an HSM, a KMS, an agent. */
export interface AttestationSigner {
  /** Of the key, so that a signature by another is noticed here. */
  readonly publicKey: PublicKey;
  /** The 64 bytes of the Ed25519 signature (RFC 8032) of exactly these bytes. */
  sign(signingInput: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** @throws TypeError */
export function keyOrSigner(value: unknown, name: string): SecretKey | AttestationSigner {
  if (SecretKey.isSecretKey(value)) return secretKey(value, name);
  if (typeof value !== 'object' || value === null || !('sign' in value)) {
    throw wrongType(value, name, 'a SecretKey or an object with sign()');
  }
  publicKey((value as AttestationSigner).publicKey, `${name}.publicKey`);
  return value as AttestationSigner;
}

/** @throws KeyFormatError KEY_REFUSED for a signature of another key, or none */
export async function signWith(
  signer: AttestationSigner,
  signingInput: Uint8Array,
): Promise<string> {
  const signature: unknown = await signer.sign(signingInput);
  if (!types.isUint8Array(signature)) {
    throw wrongType(signature, 'what sign() returns', 'a Uint8Array');
  }
  if (!signer.publicKey.verify(signature, signingInput)) {
    const message = 'the signer did not sign with the key that it names';
    throw new KeyFormatError(message, 'KEY_REFUSED', 'signer');
  }
  return native.assembleAttestation(signingInput, signature);
}

/** Of a provider or agent: exactly one of the two. */
export function oneSigner<Pair extends object>(
  keyPair: Pair | undefined,
  signer: AttestationSigner | undefined,
): void {
  if ((keyPair === undefined) === (signer === undefined)) {
    throw new CallgateError('give either keyPair or signer', 'INVALID_ARGUMENT', 'keyPair');
  }
}
