/** The keys of one issuer: fetched once at a time, kept for a while, never for too long. */
import type { PublicKey } from '../../public-key.js';
import { observeBreaker, observeFetch } from '../observability/observe.js';
import { CircuitBreaker, type CircuitBreakerConfig } from './circuit-breaker.js';
import { KeysUnavailable } from './errors.js';
import { type Keys, readSource } from './read-source.js';
import { type RetryConfig, withRetries } from './retry.js';
import type { CheckedSource } from './source.js';

/** All in milliseconds. */
export interface KeySetTimes {
  /** How long keys count without a fetch. */
  readonly fresh: number;
  /** How long keys count although no fetch succeeds. */
  readonly longest: number;
  /** At most one fetch for unknown keys. */
  readonly cooldown: number;
  /** After a failure no fetch is tried. */
  readonly negative: number;
  /** Of one attempt, to the last byte. */
  readonly request: number;
  /** Of all attempts of one fetch. */
  readonly deadline: number;
}

export interface KeySetOptions {
  readonly issuer: string;
  readonly source: CheckedSource;
  readonly times: KeySetTimes;
  readonly retries: RetryConfig;
  readonly breaker: CircuitBreakerConfig;
  readonly clock: () => number;
  /** Earlier answers may not hold any longer. */
  readonly onChange: () => void;
  readonly closing: AbortSignal;
}

export class IssuerKeySet {
  readonly #options: KeySetOptions;
  readonly #breaker: CircuitBreaker;
  #keys: Keys | undefined;
  #fetchedAt = 0;
  #fetching: Promise<Keys> | undefined;
  #unknownAt = -Infinity;
  #failedAt = -Infinity;
  #failure: unknown;
  /** What was asked for before an invalidation does not count after it. */
  #generation = 0;

  constructor(options: KeySetOptions) {
    this.#options = options;
    const { issuer, breaker, clock } = options;
    this.#breaker = new CircuitBreaker(breaker, clock, (before, after) =>
      observeBreaker(issuer, before, after),
    );
  }

  get breaker(): CircuitBreaker {
    return this.#breaker;
  }

  get size(): number {
    return this.#keys?.size ?? 0;
  }

  /** All keys. @throws KeysUnavailable */
  async keys(): Promise<Keys> {
    this.look();
    return this.#keys ?? this.#fetch();
  }

  /** null where the issuer has no such key. @throws KeysUnavailable where that is not known */
  async key(kid: string): Promise<PublicKey | null> {
    const { clock, source, times } = this.#options;
    const asked = clock();
    const fetched = this.#keys === undefined;
    const known = (await this.keys()).get(kid);
    if (known !== undefined) return known;
    if (fetched || source.kind === 'pinned') return null;
    // A fetch that is under way may bring it.
    if (this.#fetching === undefined) {
      if (asked - this.#unknownAt < times.cooldown) return null;
      this.#unknownAt = asked;
    }
    return (await this.#fetch()).get(kid) ?? null;
  }

  /** Whether there is an answer that needs no fetch. */
  has(kid: string): boolean {
    return this.#keys?.has(kid) === true;
  }

  /**
   * Forgets keys that are too old, and fetches those that are not fresh, in the background.
   *
   * @returns when to look again, on the clock
   */
  look(): number {
    const { times, clock, onChange, source } = this.#options;
    if (this.#keys === undefined || source.kind === 'pinned') return Infinity;
    const now = clock();
    if (now - this.#fetchedAt >= times.longest) {
      this.#keys = undefined;
      onChange();
      return Infinity;
    }
    const end = this.#fetchedAt + times.longest;
    if (now - this.#fetchedAt < times.fresh) return Math.min(this.#fetchedAt + times.fresh, end);
    // A failure is remembered there, and told to the next caller that needs the keys.
    this.#fetch().catch(() => undefined);
    return Math.min(now + times.negative, end);
  }

  /** The next answer comes from a fetch. */
  invalidate(): void {
    this.#generation++;
    this.#keys = undefined;
    this.#fetching = undefined;
    this.#failedAt = -Infinity;
    this.#unknownAt = -Infinity;
    this.#options.onChange();
  }

  /** One at a time. */
  #fetch(): Promise<Keys> {
    if (this.#fetching !== undefined) return this.#fetching;
    const { times, clock } = this.#options;
    if (clock() - this.#failedAt < times.negative) return Promise.reject(this.#failure);
    const generation = this.#generation;
    const fetching = this.#attempts().then(
      (keys) => {
        if (generation === this.#generation) this.#took(keys);
        return keys;
      },
      (error: unknown) => {
        if (generation === this.#generation) this.#failedWith(error);
        throw error;
      },
    );
    this.#fetching = fetching;
    return fetching;
  }

  async #attempts(): Promise<Keys> {
    const { issuer, source, times, retries, closing } = this.#options;
    const all = AbortSignal.any([closing, AbortSignal.timeout(times.deadline)]);
    return withRetries(retries, all, () =>
      this.#breaker.run(async () => {
        if (closing.aborted) throw new KeysUnavailable('the fetcher was closed');
        const begin = performance.now();
        let succeeded = false;
        try {
          const one = AbortSignal.any([all, AbortSignal.timeout(times.request)]);
          const keys = await readSource(source, one);
          succeeded = true;
          return keys;
        } finally {
          observeFetch(issuer, succeeded, performance.now() - begin);
        }
      }),
    );
  }

  #took(keys: Keys): void {
    const before = this.#keys;
    this.#keys = keys;
    this.#fetchedAt = this.#options.clock();
    this.#fetching = undefined;
    this.#failedAt = -Infinity;
    if (before === undefined || !sameKeys(before, keys)) this.#options.onChange();
  }

  #failedWith(error: unknown): void {
    this.#fetching = undefined;
    this.#failedAt = this.#options.clock();
    this.#failure = error;
  }
}

function sameKeys(before: Keys, after: Keys): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([kid, key]) => after.get(kid)?.equals(key) === true);
}
