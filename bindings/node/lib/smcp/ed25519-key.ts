/** Ed25519Key: the key of a session, under the names of the published SDKs. */
import { types } from 'node:util';
import { wrongType } from '../check.js';
import { printAs } from '../print.js';
import type { PublicKey } from '../public-key.js';
import { SecretKey } from '../secret-key.js';
import { ClientClosed } from './errors.js';

/**
 * An Ed25519 key pair in locked memory, erased by {@link Ed25519Key.erase}, at the end of a `using`
 * block, or when the object is collected.
 */
export class Ed25519Key implements Disposable {
  readonly #key: SecretKey;
  readonly #publicKey: PublicKey;
  /** Throws, so that the key is neither written as JSON nor cloned. */
  readonly toJSON: () => never = refuseJson;

  private constructor(key: SecretKey) {
    if (!SecretKey.isSecretKey(key)) throw new TypeError('use Ed25519Key.generate or from');
    this.#key = key;
    this.#publicKey = key.publicKey;
  }

  /** A new key from the system's random source. */
  static async generate(): Promise<Ed25519Key> {
    return Ed25519Key.from(SecretKey.generate());
  }

  /**
   * A key from elsewhere: the 32-byte seed of RFC 8032, or a `SecretKey`, which is shared and not
   * copied: `erase` erases it.
   *
   * @throws KeyFormatError KEY_REFUSED
   */
  static from(key: SecretKey | Uint8Array): Ed25519Key {
    if (types.isUint8Array(key)) return new Ed25519Key(SecretKey.fromBytes(key));
    if (SecretKey.isSecretKey(key)) return new Ed25519Key(key);
    throw wrongType(key, 'key', 'a SecretKey or a Uint8Array');
  }

  /** The 64-byte signature. @throws ClientClosed after `erase` */
  async sign(message: string | Uint8Array): Promise<Uint8Array> {
    return Ed25519Key.secretOf(this).sign(message);
  }

  /** The signature in padded base64 (RFC 4648 section 4): 88 characters. @throws as `sign` */
  async signBase64(message: string | Uint8Array): Promise<string> {
    return Buffer.from(await this.sign(message)).toString('base64');
  }

  /** A copy of the 32 bytes of the public key. Stays available after `erase`. */
  getPublicKeyBytes(): Uint8Array {
    return this.#publicKey.toBytes();
  }

  /** The public key in padded base64: 44 characters. Stays available after `erase`. */
  getPublicKeyBase64(): string {
    return this.#publicKey.toBase64();
  }

  /** Stays available after `erase`. */
  get publicKey(): PublicKey {
    return this.#publicKey;
  }

  /** Overwrites the private key. May be called more than once. */
  erase(): void {
    this.#key.close();
  }

  [Symbol.dispose](): void {
    this.erase();
  }

  /** @internal */
  static secretOf(key: Ed25519Key): SecretKey {
    if (key.#key.closed) {
      const message = 'the key was erased';
      throw new ClientClosed(message, { codeName: 'INVALID_ARGUMENT', dispatched: false });
    }
    return key.#key;
  }

  /** @internal */
  static isEd25519Key(value: unknown): value is Ed25519Key {
    return typeof value === 'object' && value !== null && #key in value;
  }

  static {
    printAs(this.prototype, 'Ed25519Key', ({ publicKey }) => ({ publicKey: publicKey.thumbprint }));
  }
}

function refuseJson(): never {
  throw new TypeError('an Ed25519Key is not written as JSON');
}
