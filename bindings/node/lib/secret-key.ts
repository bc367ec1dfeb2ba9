/** Ed25519 secret keys. */
import { types } from 'node:util';
import { bytes, jsonText, textOrBytes, wrongType } from './check.js';
import type { JsonObject } from './json.js';
import type { SecretKeyHandle } from './handles.js';
import { native } from './native.js';
import { printAs } from './print.js';
import { type PublicJwk, PublicKey } from './public-key.js';

/** RFC 8037: an Ed25519 private key as JWK. */
export interface PrivateJwk extends PublicJwk {
  readonly d: string;
}

/**
 * An Ed25519 private key, held in locked memory that is erased by {@link SecretKey.close}, at the
 * end of a `using` block, or when the object is collected.
 *
 * It cannot be cloned, posted to another thread or written as JSON, and it prints as its public
 * key's thumbprint. `toBytes`, `toJwk` and `toPem` copy it into ordinary memory, which cannot be
 * erased reliably.
 */
export class SecretKey implements Disposable {
  #handle: SecretKeyHandle | undefined;

  /**
   * Throws: a secret key is not written by accident.
   *
   * An own property, not a method: `structuredClone` and `postMessage`, which would make an empty
   * object of a SecretKey, refuse whatever holds a function.
   */
  readonly toJSON: () => never = refuseJson;

  private constructor(handle: SecretKeyHandle) {
    if (!types.isExternal(handle)) throw new TypeError('use SecretKey.generate, fromBytes, …');
    this.#handle = handle;
  }

  /** A new key from the system's random source. */
  static generate(): SecretKey {
    return SecretKey.of(native.secretKeyGenerate());
  }

  /** @param seed - 32 bytes (RFC 8032). @throws KeyFormatError KEY_REFUSED */
  static fromBytes(seed: Uint8Array): SecretKey {
    return SecretKey.of(native.secretKeyFromBytes(bytes(seed, 'seed')));
  }

  /**
   * @param jwk - RFC 8037, an object or its JSON text; its `x` must belong to its `d`
   * @throws KeyFormatError KEY_REFUSED
   */
  static fromJwk(jwk: JsonObject | PrivateJwk | string | Uint8Array): SecretKey {
    return SecretKey.of(native.secretKeyFromJwk(jsonText(jwk, 'jwk')));
  }

  /** @param pem - PKCS#8 (RFC 8410), not encrypted. @throws KeyFormatError KEY_REFUSED */
  static fromPem(pem: string | Uint8Array): SecretKey {
    return SecretKey.of(native.secretKeyFromPem(textOrBytes(pem, 'pem')));
  }

  /** @throws TypeError once the key is closed, as all that needs it */
  get publicKey(): PublicKey {
    return PublicKey.of(native.secretKeyPublicKey(this.#open()));
  }

  /** The 64 bytes of the Ed25519 signature of a message; a string stands for its UTF-8. */
  sign(message: string | Uint8Array): Uint8Array {
    return native.secretKeySign(this.#open(), textOrBytes(message, 'message'));
  }

  /** The 32 bytes of the seed (RFC 8032). */
  toBytes(): Uint8Array {
    return native.secretKeyToBytes(this.#open());
  }

  /** RFC 8037, with `d`. */
  toJwk(): PrivateJwk {
    return JSON.parse(native.secretKeyToJwk(this.#open())) as PrivateJwk;
  }

  /** PKCS#8, RFC 8410. */
  toPem(): string {
    return native.secretKeyToPem(this.#open());
  }

  get closed(): boolean {
    return this.#handle === undefined;
  }

  /** Erases the key. Any later use but `close` and `closed` throws TypeError. */
  close(): void {
    if (this.#handle !== undefined) native.secretKeyClose(this.#handle);
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal */
  static of(handle: SecretKeyHandle): SecretKey {
    return new SecretKey(handle);
  }

  /** @internal */
  static handleOf(key: SecretKey): SecretKeyHandle {
    return key.#open();
  }

  /** @internal */
  static isSecretKey(value: unknown): value is SecretKey {
    return typeof value === 'object' && value !== null && #handle in value;
  }

  static {
    printAs(this.prototype, 'SecretKey', (key) =>
      key.closed ? { closed: true } : { publicKey: key.publicKey.thumbprint },
    );
  }

  #open(): SecretKeyHandle {
    if (this.#handle === undefined) throw new TypeError('the SecretKey is closed');
    return this.#handle;
  }
}

function refuseJson(): never {
  throw new TypeError('a SecretKey is not written as JSON; toJwk() exports it');
}

/** The border for secret keys. */
export function secretKey(value: unknown, name: string): SecretKey {
  if (!SecretKey.isSecretKey(value)) throw wrongType(value, name, 'a SecretKey');
  return value;
}
