/** What happened, counted. */
import { type Duration, MetricsText } from './metrics-text.js';

// An issuer of a verified token is a configured one, so these are few; more are counted together.
const MOST_ISSUERS = 1000;
const OTHER_ISSUERS = 'other';

interface IssuerCounts {
  verifications: number;
  tokensCreated: number;
  replays: number;
}

const usual = (): Duration => ({ count: 0, milliseconds: 0 });

/**
 * Counters and durations of attestation. Issuers are those of verified tokens and of providers in
 * this process; nothing of a token that did not verify is kept.
 */
export class AttestationMetrics {
  verificationTotal = 0;
  verificationSuccessTotal = 0;
  verificationFailureTotal = 0;
  tokenCreationTotal = 0;
  replayDetectedTotal = 0;
  cacheHitsTotal = 0;
  cacheMissesTotal = 0;
  jwksFetchTotal = 0;
  jwksFetchErrorsTotal = 0;
  circuitBreakerOpensTotal = 0;
  cachedKeys = 0;
  verificationDuration: Duration = usual();
  tokenCreationDuration: Duration = usual();
  jwksFetchDuration: Duration = usual();
  #issuers = new Map<string, IssuerCounts>();
  #reasons = new Map<string, number>();

  /** @param issuer - of a verified token alone */
  recordVerification(success: boolean, milliseconds: number, issuer?: string): void {
    this.verificationTotal++;
    if (success) this.verificationSuccessTotal++;
    else this.verificationFailureTotal++;
    add(this.verificationDuration, milliseconds);
    if (issuer !== undefined) this.#of(issuer).verifications++;
  }

  /** @param reason - one of the table of reasons */
  recordFailure(reason: string): void {
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
  }

  recordTokenCreation(milliseconds: number, issuer?: string): void {
    this.tokenCreationTotal++;
    add(this.tokenCreationDuration, milliseconds);
    if (issuer !== undefined) this.#of(issuer).tokensCreated++;
  }

  /** @param issuer - of a token whose signature verified */
  recordReplayDetected(issuer?: string): void {
    this.replayDetectedTotal++;
    if (issuer !== undefined) this.#of(issuer).replays++;
  }

  /** A key was found without a request. */
  recordCacheHit(): void {
    this.cacheHitsTotal++;
  }

  /** A key had to be asked for. */
  recordCacheMiss(): void {
    this.cacheMissesTotal++;
  }

  recordJwksFetch(success: boolean, milliseconds: number): void {
    this.jwksFetchTotal++;
    if (!success) this.jwksFetchErrorsTotal++;
    add(this.jwksFetchDuration, milliseconds);
  }

  recordCircuitBreakerOpen(): void {
    this.circuitBreakerOpensTotal++;
  }

  setCachedKeysCount(count: number): void {
    this.cachedKeys = count;
  }

  /** Counts by reason, of failures. */
  get failures(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  /** Everything, for JSON. */
  toJSON(): Readonly<Record<string, unknown>> {
    return {
      ...Object.fromEntries(Object.entries(this)),
      failures: Object.fromEntries(this.#reasons),
      issuers: Object.fromEntries(this.#issuers),
    };
  }

  /** The text format of Prometheus, version 0.0.4. */
  toPrometheus(): string {
    const text = new MetricsText('attestation_');
    text.counter('verification_total', 'Verifications', this.verificationTotal);
    text.counter('verification_success_total', 'Verified tokens', this.verificationSuccessTotal);
    text.labelled(
      'verification_failure_total',
      'Verifications that failed, by reason',
      'reason',
      this.#reasons,
    );
    text.counter('token_creation_total', 'Issued tokens', this.tokenCreationTotal);
    text.counter('replay_detected_total', 'Tokens and proofs used twice', this.replayDetectedTotal);
    text.counter('cache_hits_total', 'Keys found in memory', this.cacheHitsTotal);
    text.counter('cache_misses_total', 'Keys that were asked for', this.cacheMissesTotal);
    text.counter('jwks_fetch_total', 'Fetches of JWK Sets', this.jwksFetchTotal);
    text.counter('jwks_fetch_errors_total', 'Fetches that failed', this.jwksFetchErrorsTotal);
    text.counter('circuit_breaker_opens_total', 'Breakers opened', this.circuitBreakerOpensTotal);
    text.gauge('cached_keys', 'Keys in memory', this.cachedKeys);
    text.duration('verification_duration', 'Time of verifications', this.verificationDuration);
    text.duration('token_creation_duration', 'Time of issuance', this.tokenCreationDuration);
    text.duration('jwks_fetch_duration', 'Time of fetches', this.jwksFetchDuration);
    const by = (pick: (counts: IssuerCounts) => number): Map<string, number> =>
      new Map([...this.#issuers].map(([issuer, counts]) => [issuer, pick(counts)]));
    const issuers = 'issuer';
    text.labelled(
      'issuer_verifications_total',
      'Verified tokens, by issuer',
      issuers,
      by((counts) => counts.verifications),
    );
    text.labelled(
      'issuer_tokens_created_total',
      'Issued tokens, by issuer',
      issuers,
      by((counts) => counts.tokensCreated),
    );
    text.labelled(
      'issuer_replays_total',
      'Tokens and proofs used twice, by issuer',
      issuers,
      by((counts) => counts.replays),
    );
    return text.toString();
  }

  #of(issuer: string): IssuerCounts {
    const known = this.#issuers.get(issuer);
    if (known !== undefined) return known;
    if (this.#issuers.size >= MOST_ISSUERS && issuer !== OTHER_ISSUERS) {
      return this.#of(OTHER_ISSUERS);
    }
    const counts = { verifications: 0, tokensCreated: 0, replays: 0 };
    this.#issuers.set(issuer, counts);
    return counts;
  }
}

let current = new AttestationMetrics();

/** What this process counted since it began, or since {@link resetMetrics}. */
export function getMetrics(): AttestationMetrics {
  return current;
}

/** Begins again from nothing. */
export function resetMetrics(): void {
  current = new AttestationMetrics();
}

function add(duration: Duration, milliseconds: number): void {
  duration.count++;
  duration.milliseconds += milliseconds;
}
