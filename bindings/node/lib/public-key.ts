/** Ed25519 public keys and the verification of signatures. */
import { types } from 'node:util';
import { bytes, jsonText, text, textOrBytes, wrongType } from './check.js';
import type { JsonObject } from './json.js';
import type { PublicKeyHandle } from './handles.js';
import { native } from './native.js';
import { printAs } from './print.js';

/** RFC 8037: an Ed25519 public key as JWK. */
export interface PublicJwk {
  readonly crv: 'Ed25519';
  readonly kty: 'OKP';
  readonly x: string;
}

/**
 * An Ed25519 public key (RFC 8032): canonical, on the curve and not of small order; the others are
 * refused. Immutable.
 */
export class PublicKey {
  readonly #handle: PublicKeyHandle;

  private constructor(handle: PublicKeyHandle) {
    if (!types.isExternal(handle)) throw new TypeError('use PublicKey.fromBytes, fromJwk, …');
    this.#handle = handle;
  }

  /** @param data - 32 bytes. @throws KeyFormatError KEY_REFUSED */
  static fromBytes(data: Uint8Array): PublicKey {
    return PublicKey.of(native.publicKeyFromBytes(bytes(data, 'data')));
  }

  /** @param base64 - 44 characters, RFC 4648 section 4. @throws KeyFormatError KEY_REFUSED */
  static fromBase64(base64: string): PublicKey {
    return PublicKey.of(native.publicKeyFromBase64(text(base64, 'base64')));
  }

  /** @param jwk - RFC 8037, an object or its JSON text. @throws KeyFormatError KEY_REFUSED */
  static fromJwk(jwk: JsonObject | PublicJwk | string | Uint8Array): PublicKey {
    return PublicKey.of(native.publicKeyFromJwk(jsonText(jwk, 'jwk')));
  }

  /** @param pem - SPKI, RFC 8410. @throws KeyFormatError KEY_REFUSED */
  static fromPem(pem: string | Uint8Array): PublicKey {
    return PublicKey.of(native.publicKeyFromPem(textOrBytes(pem, 'pem')));
  }

  /** The 32 bytes of RFC 8032. */
  toBytes(): Uint8Array {
    return native.publicKeyToBytes(this.#handle);
  }

  /** RFC 4648 section 4, 44 characters. */
  toBase64(): string {
    return native.publicKeyToBase64(this.#handle);
  }

  /** RFC 8037. */
  toJwk(): PublicJwk {
    return JSON.parse(native.publicKeyToJwk(this.#handle)) as PublicJwk;
  }

  /** SPKI, RFC 8410. */
  toPem(): string {
    return native.publicKeyToPem(this.#handle);
  }

  /** RFC 7638: SHA-256 of the JWK, base64url. Names the key; the default `kid`. */
  get thumbprint(): string {
    return native.publicKeyThumbprint(this.#handle);
  }

  /**
   * True only for a valid signature of the message (a string stands for its UTF-8): strict,
   * cofactorless, canonical. A signature of another length is false, no error.
   */
  verify(signature: Uint8Array, message: string | Uint8Array): boolean {
    return native.publicKeyVerify(
      this.#handle,
      bytes(signature, 'signature'),
      textOrBytes(message, 'message'),
    );
  }

  equals(other: PublicKey): boolean {
    return this === other || this.toBase64() === publicKey(other, 'other').toBase64();
  }

  /** The JWK. */
  toJSON(): PublicJwk {
    return this.toJwk();
  }

  /** @internal */
  static of(handle: PublicKeyHandle): PublicKey {
    return new PublicKey(handle);
  }

  /** @internal */
  static handleOf(key: PublicKey): PublicKeyHandle {
    return key.#handle;
  }

  /** @internal */
  static isPublicKey(value: unknown): value is PublicKey {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  static {
    printAs(this.prototype, 'PublicKey', ({ thumbprint }) => ({ thumbprint }));
  }
}

/**
 * Strict verification of one Ed25519 signature (RFC 8032).
 *
 * @param key - a {@link PublicKey}, or its 32 bytes; bytes that are no acceptable key give false
 */
export function verifyEd25519(
  key: PublicKey | Uint8Array,
  signature: Uint8Array,
  message: string | Uint8Array,
): boolean {
  if (PublicKey.isPublicKey(key)) return key.verify(signature, message);
  if (!types.isUint8Array(key)) throw wrongType(key, 'publicKey', 'a PublicKey or a Uint8Array');
  return native.verifyRaw(key, bytes(signature, 'signature'), textOrBytes(message, 'message'));
}

/** The border for public keys. */
export function publicKey(value: unknown, name: string): PublicKey {
  if (!PublicKey.isPublicKey(value)) throw wrongType(value, name, 'a PublicKey');
  return value;
}
