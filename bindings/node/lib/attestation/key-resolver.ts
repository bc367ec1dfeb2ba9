/** Where a verifier finds the keys of issuers. */
import { text } from '../check.js';
import { type PublicKey, publicKey } from '../public-key.js';
import { keyId, type KeyPair, publicJwk } from './keys.js';
import type { JWKS } from './types.js';

/**
 * Finds keys of issuers. A verifier asks for issuers that it trusts alone, and keeps what it was
 * told until {@link KeyResolver.keysVersion} changes; without that method, for one minute.
 */
export interface KeyResolver {
  /**
   * @returns null where the issuer has no such key: the token is refused with `kid`
   * @throws where that cannot be known now: the token is refused with `unavailable`
   */
  getKey(issuer: string, kid: string): Promise<PublicKey | null>;
  /**
   * A number that changes whenever an earlier answer of `getKey` may not hold any longer. Called
   * before every verification, so it must be quick.
   */
  keysVersion?(): number;
}

/** Keys that a program adds itself. */
export class InMemoryKeyResolver implements KeyResolver {
  readonly #keys = new Map<string, Map<string, PublicKey>>();
  #version = 0;

  /** Adds a key, or replaces the one of that `kid`. @throws TypeError */
  addKey(issuer: string, kid: string, key: PublicKey): void {
    const name = text(issuer, 'issuer');
    const keys = this.#keys.get(name) ?? new Map<string, PublicKey>();
    keys.set(keyId(kid), publicKey(key, 'key'));
    this.#keys.set(name, keys);
    this.#version++;
  }

  /** Adds the public key of a pair. @throws TypeError */
  addKeyPair(issuer: string, keyPair: Pick<KeyPair, 'kid' | 'publicKey'>): void {
    this.addKey(issuer, keyPair.kid, keyPair.publicKey);
  }

  async getKey(issuer: string, kid: string): Promise<PublicKey | null> {
    return this.#keys.get(issuer)?.get(kid) ?? null;
  }

  keysVersion(): number {
    return this.#version;
  }

  /** What the issuer would publish. */
  async toJWKS(issuer: string): Promise<JWKS> {
    const keys = this.#keys.get(issuer) ?? new Map<string, PublicKey>();
    return { keys: [...keys].map(([kid, key]) => publicJwk(kid, key)) };
  }

  clear(): void {
    this.#keys.clear();
    this.#version++;
  }

  clearIssuer(issuer: string): void {
    this.#keys.delete(issuer);
    this.#version++;
  }
}
