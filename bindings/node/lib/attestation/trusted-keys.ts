/** The trust of a verifier: its issuers, and the keys that its resolver told of. */
import { native } from '../native.js';
import { PublicKey, publicKey } from '../public-key.js';
import type { AttestationTrustHandle } from '../handles.js';
import type { CheckedIssuer } from './issuer-trust.js';
import type { KeyResolver } from './key-resolver.js';
import type { NativeIssuerTrust } from './native.js';

/** How long the answers of a resolver without `keysVersion` count. Milliseconds. */
const ANSWERS_COUNT_FOR = 60_000;
/** Of one issuer. A JWK Set has at most as many. */
const MOST_KEYS = 64;
/** Of one search. A fetch changes what is known once. */
const MOST_QUESTIONS = 4;

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
  #changed = true;

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

  get issuers(): readonly CheckedIssuer[] {
    return this.#issuers;
  }

  /** The trust of now. @throws CallgateError INVALID_ARGUMENT for what the engine does not take */
  trust(): AttestationTrustHandle {
    const trust = this.#compile();
    this.#changed = false;
    return trust;
  }

  /** The trust to judge under from now on; undefined where it is the last one that was given. */
  change(): AttestationTrustHandle | undefined {
    if (this.#outdated()) this.#forget();
    return this.#changed ? this.trust() : undefined;
  }

  /** Replaces the issuers as a whole, or not at all where the engine does not take them. */
  replaceIssuers(issuers: readonly CheckedIssuer[]): void {
    const before = this.#issuers;
    this.#issuers = issuers;
    try {
      this.#compile();
    } catch (error) {
      this.#issuers = before;
      throw error;
    }
    for (const issuer of this.#found.keys()) {
      if (!issuers.some((each) => each.issuer === issuer)) this.#found.delete(issuer);
    }
    this.#changed = true;
  }

  /**
   * Asks the resolver once. False where the issuer has no such key, or is not trusted any longer.
   *
   * @throws where the resolver cannot tell
   */
  async find(issuer: string, kid: string): Promise<boolean> {
    const resolver = this.#resolver;
    if (resolver === undefined) return false;
    const key = await this.#ask(resolver, issuer, kid);
    const trusted = this.#issuers.find((each) => each.issuer === issuer);
    if (key === null || trusted === undefined) return false;
    const keys = this.#found.get(issuer) ?? new Map<string, PublicKey>();
    keys.delete(kid);
    keys.set(kid, publicKey(key, 'the key of a key resolver'));
    const [oldest] = keys.keys();
    if (keys.size + trusted.pinned.size > MOST_KEYS && oldest !== undefined) keys.delete(oldest);
    this.#found.set(issuer, keys);
    this.#countUntil = Math.min(this.#countUntil, performance.now() + ANSWERS_COUNT_FOR);
    this.#changed = true;
    return true;
  }

  #compile(): AttestationTrustHandle {
    const { acceptEd25519Alg, types } = this.#options;
    const issuers = this.#issuers.map((issuer): NativeIssuerTrust => {
      const keys = new Map([...(this.#found.get(issuer.issuer) ?? []), ...issuer.pinned]);
      return [
        issuer.issuer,
        issuer.level,
        [...keys.keys()],
        [...keys.values()].map((key) => PublicKey.handleOf(key)),
        issuer.trustDomains,
        issuer.subjectPaths,
        issuer.providers,
        issuer.modelFamilies,
        issuer.longestLifetime,
        issuer.lowestSafetyLevel,
        issuer.deniedKeyIds,
        issuer.deniedTokenIds,
        this.#resolver !== undefined,
      ];
    });
    return native.createAttestationTrust(issuers, acceptEd25519Alg, types);
  }

  /** An answer that held when it came: one from before a change is asked for again. */
  async #ask(resolver: KeyResolver, issuer: string, kid: string): Promise<PublicKey | null> {
    for (let asked = 0; asked < MOST_QUESTIONS; asked++) {
      const version = resolver.keysVersion?.();
      const key = await resolver.getKey(issuer, kid);
      if (resolver.keysVersion?.() !== version) continue;
      if (this.#outdated()) this.#forget();
      return key;
    }
    throw new Error('the keys of the resolver do not come to rest');
  }

  /** Whether an earlier answer does not count any longer. */
  #outdated(): boolean {
    const version = this.#resolver?.keysVersion?.();
    if (version === undefined) return performance.now() >= this.#countUntil;
    const outdated = version !== this.#version;
    this.#version = version;
    return outdated;
  }

  #forget(): void {
    this.#found = new Map();
    this.#countUntil = Infinity;
    this.#changed = true;
  }
}
