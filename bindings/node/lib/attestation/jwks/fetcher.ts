/** Keys of issuers, fetched where they publish them. */
import { flag, options, text, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import { isObject } from '../../json.js';
import type { PublicKey } from '../../public-key.js';
import type { KeyResolver } from '../key-resolver.js';
import { publicJwk } from '../keys.js';
import { getMetrics } from '../observability/metrics.js';
import type { JWKS } from '../types.js';
import { type CircuitBreakerConfig, type CircuitState, positive } from './circuit-breaker.js';
import { IssuerKeySet, type KeySetTimes } from './issuer-key-set.js';
import { type RetryConfig, USUAL_RETRIES } from './retry.js';
import { type CheckedSource, checkSource, type JWKSSource, wellKnownSource } from './source.js';

/** Of one fetcher. A verifier asks for issuers that it trusts alone. */
const MOST_ISSUERS = 1000;

/** All times are milliseconds. */
export interface JWKSFetcherConfig {
  /** How long keys count before they are fetched again, in the background: 300,000. */
  readonly cacheTtlMs?: number;
  /**
   * How long keys count although no fetch succeeds: 3,600,000. A key that its issuer removes is
   * accepted no longer than this.
   */
  readonly maxAgeMs?: number;
  /** Of one attempt, from connecting to the last byte: 10,000. */
  readonly requestTimeoutMs?: number;
  /** Of all attempts of one fetch: 20,000. */
  readonly deadlineMs?: number;
  /** After the first attempt: 3. Only failures that may pass are repeated. */
  readonly maxRetries?: number;
  /** Before the first retry: 500, doubled each time up to 10 s, × 0.5 to 1.5 at random. */
  readonly baseDelayMs?: number;
  readonly jitter?: boolean;
  /** Unknown `kid`s cause one fetch in this time: 30,000. */
  readonly unknownKeyCooldownMs?: number;
  /** After a failed fetch, none is tried in this time: 5,000. */
  readonly negativeTtlMs?: number;
  /** Of each issuer. */
  readonly circuitBreaker?: CircuitBreakerConfig;
  /** Where issuers' keys are; `<issuer>/.well-known/jwks.json` for those that are not named. */
  readonly sources?: Readonly<Record<string, JWKSSource>>;
  /** Milliseconds that never run backwards; `performance.now` by default. */
  readonly clock?: () => number;
}

const KNOWN: readonly (keyof JWKSFetcherConfig)[] = [
  'cacheTtlMs',
  'maxAgeMs',
  'requestTimeoutMs',
  'deadlineMs',
  'maxRetries',
  'baseDelayMs',
  'jitter',
  'unknownKeyCooldownMs',
  'negativeTtlMs',
  'circuitBreaker',
  'sources',
  'clock',
];

/**
 * Fetches JWK Sets (RFC 7517) over https, or http on loopback: no redirects, at most 256 KiB and 64
 * keys. Each issuer is asked once at a time.
 */
export class JWKSFetcher implements KeyResolver, Disposable {
  readonly #times: KeySetTimes;
  readonly #retries: RetryConfig;
  readonly #breaker: CircuitBreakerConfig;
  readonly #sources: ReadonlyMap<string, CheckedSource>;
  readonly #clock: () => number;
  readonly #closing = new AbortController();
  readonly #sets = new Map<string, IssuerKeySet>();
  #version = 0;
  #lookAt = Infinity;

  /** @throws TypeError; CallgateError INVALID_ARGUMENT */
  constructor(given: JWKSFetcherConfig = {}) {
    const config = options<JWKSFetcherConfig>(given, KNOWN);
    const time = (name: keyof JWKSFetcherConfig, usual: number): number =>
      positive(config[name] ?? usual, name);
    this.#times = {
      fresh: time('cacheTtlMs', 300_000),
      longest: time('maxAgeMs', 3_600_000),
      cooldown: time('unknownKeyCooldownMs', 30_000),
      negative: time('negativeTtlMs', 5000),
      request: time('requestTimeoutMs', 10_000),
      deadline: time('deadlineMs', 20_000),
    };
    if (this.#times.longest < this.#times.fresh) {
      const message = 'maxAgeMs must not be less than cacheTtlMs';
      throw new CallgateError(message, 'INVALID_ARGUMENT', 'maxAgeMs');
    }
    this.#retries = {
      ...USUAL_RETRIES,
      maxRetries: retries(config.maxRetries ?? USUAL_RETRIES.maxRetries),
      baseDelayMs: time('baseDelayMs', USUAL_RETRIES.baseDelayMs),
      jitter: flag(config.jitter ?? true, 'jitter'),
    };
    this.#breaker = config.circuitBreaker ?? {};
    this.#sources = checkSources(config.sources ?? {});
    this.#clock = config.clock ?? (() => performance.now());
  }

  /** null where the issuer has no such key. @throws KeysUnavailable where that is not known */
  async getKey(issuer: string, kid: string): Promise<PublicKey | null> {
    const set = this.#setOf(issuer);
    if (set.has(kid)) getMetrics().recordCacheHit();
    else getMetrics().recordCacheMiss();
    return set.key(text(kid, 'kid'));
  }

  /** The usable keys. @throws KeysUnavailable */
  async getJWKS(issuer: string): Promise<JWKS> {
    const keys = await this.#setOf(issuer).keys();
    return { keys: [...keys].map(([kid, key]) => publicJwk(kid, key)) };
  }

  /** Changes when keys come, go, or are too old. Fetches keys that are not fresh. */
  keysVersion(): number {
    if (this.#clock() >= this.#lookAt) {
      this.#lookAt = Infinity;
      for (const set of this.#sets.values()) this.#lookAt = Math.min(this.#lookAt, set.look());
    }
    return this.#version;
  }

  /** Of one issuer: its keys are fetched before they are used again. */
  invalidate(issuer: string): void {
    this.#sets.get(issuer)?.invalidate();
  }

  /** Of all issuers. */
  clearCache(): void {
    for (const set of this.#sets.values()) set.invalidate();
  }

  /** Of one issuer's circuit breaker. */
  circuitState(issuer: string): CircuitState {
    return this.#setOf(issuer).breaker.state;
  }

  /** Ends what is under way. Nothing is fetched any more. */
  close(): void {
    this.#closing.abort();
    this.clearCache();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #setOf(given: string): IssuerKeySet {
    const issuer = text(given, 'issuer');
    const known = this.#sets.get(issuer);
    if (known !== undefined) return known;
    if (this.#sets.size >= MOST_ISSUERS) {
      const message = `a fetcher keeps the keys of ${MOST_ISSUERS} issuers`;
      throw new CallgateError(message, 'LIMIT_EXCEEDED', 'issuer');
    }
    const set = new IssuerKeySet({
      issuer,
      source: this.#sources.get(issuer) ?? wellKnownSource(issuer),
      times: this.#times,
      retries: this.#retries,
      breaker: this.#breaker,
      clock: this.#clock,
      onChange: () => this.#changed(),
      closing: this.#closing.signal,
    });
    this.#sets.set(issuer, set);
    return set;
  }

  #changed(): void {
    this.#version++;
    this.#lookAt = -Infinity;
    let count = 0;
    for (const set of this.#sets.values()) count += set.size;
    getMetrics().setCachedKeysCount(count);
  }
}

function checkSources(given: unknown): ReadonlyMap<string, CheckedSource> {
  if (!isObject(given)) throw wrongType(given, 'sources', 'an object of issuers and sources');
  return new Map(
    Object.entries(given).map(([issuer, source]) => [issuer, checkSource(source, 'sources')]),
  );
}

function retries(value: unknown): number {
  return value === 0 ? 0 : positive(value, 'maxRetries');
}
