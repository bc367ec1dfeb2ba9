/** The trust of a verifier: its issuers, and the keys that its resolver told of. */
import { native } from '../native.js';
import { PublicKey, publicKey } from '../public-key.js';
import type { AttestationTrustHandle } from '../handles.js';
import type { CheckedIssuer } from './issuer-trust.js';
import type { KeyResolver } from './key-resolver.js';

/** How long the answers of a resolver without `keysVersion` count. Milliseconds. */
const ANSWERS_COUNT_FOR = 60_000;
/** Of one issuer. A JWK Set has at most as many. */
const MOST_KEYS = 64;

export interface TrustOptions {
  readonly acceptEd25519Alg: boolean;
  readonly types: readonly string[];
}

export class TrustedKeys {
  readonly #resolver: KeyResolver | undefined;
  readonly #options: TrustOptions;
  #issuers: readonly CheckedIssuer[];
  #found = new Map<string, Map<string, PublicKey>>();
  #version: number | undefined;
  /** Of `performance.now()`. */
  #countUntil = Infinity;

  constructor(
    issuers: readonly CheckedIssuer[],
    resolver: KeyResolver | undefined,
    options: TrustOptions,
  ) {
    this.#issuers = issuers;
    this.#resolver = resolver;
    this.#options = options;
    this.#version = resolver?.keysVersion?.();
  }

  get issuers(): readonly string[] {
    return this.#issuers.map(({ issuer }) => issuer);
  }

  /** Whether an earlier answer does not count any longer; they are forgotten then. */
  outdated(): boolean {
    const resolver = this.#resolver;
    if (resolver === undefined) return false;
    if (resolver.keysVersion === undefined) {
      if (performance.now() < this.#countUntil) return false;
    } else {
      const version = resolver.keysVersion();
      if (version === this.#version) return false;
      this.#version = version;
    }
    this.#forget();
    return true;
  }

  /** Replaces the issuers as a whole, or not at all where the engine does not take them. */
  replaceIssuers(issuers: readonly CheckedIssuer[]): AttestationTrustHandle {
    const before = this.#issuers;
    this.#issuers = issuers;
    try {
      const trust = this.compile();
      this.#found.forEach((_, issuer) => {
        if (!this.issuers.includes(issuer)) this.#found.delete(issuer);
      });
      return trust;
    } catch (error) {
      this.#issuers = before;
      throw error;
    }
  }

  /**
   * Asks the resolver once. False where the issuer has no such key, or is not trusted any longer.
   *
   * @throws where the resolver cannot tell
   */
  async find(issuer: string, kid: string): Promise<boolean> {
    const resolver = this.#resolver;
    if (resolver === undefined) return false;
    const version = resolver.keysVersion?.();
    const key = await resolver.getKey(issuer, kid);
    if (key === null || !this.issuers.includes(issuer)) return false;
    // What was known before, and may have changed while the resolver worked, is asked for again.
    if (version !== undefined && version !== this.#version) {
      this.#version = version;
      this.#forget();
    }
    const keys = this.#found.get(issuer) ?? new Map<string, PublicKey>();
    keys.delete(kid);
    keys.set(kid, publicKey(key, 'the key of a key resolver'));
    const [oldest] = keys.keys();
    if (keys.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
    this.#found.set(issuer, keys);
    this.#countUntil = Math.min(this.#countUntil, performance.now() + ANSWERS_COUNT_FOR);
    return true;
  }

  /** @throws CallgateError INVALID_ARGUMENT for what the engine does not take */
  compile(): AttestationTrustHandle {
    const { acceptEd25519Alg, types } = this.#options;
    const issuers = this.#issuers.map(({ pinned, ...issuer }) => {
      const keys = new Map([...(this.#found.get(issuer.issuer) ?? []), ...pinned]);
      return {
        ...issuer,
        keyIds: [...keys.keys()],
        keys: [...keys.values()].map((key) => PublicKey.handleOf(key)),
        fetchesKeys: this.#resolver !== undefined,
      };
    });
    return native.createAttestationTrust(issuers, acceptEd25519Alg, types);
  }

  #forget(): void {
    this.#found = new Map();
    this.#countUntil = Infinity;
  }
}
