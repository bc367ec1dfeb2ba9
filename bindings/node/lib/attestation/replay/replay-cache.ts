/** What a verifier remembers tokens and proofs in, so that each is taken once. */
import { wrongType } from '../../check.js';
import type { SeenStatus } from '../native.js';

/** What must be remembered of one token or proof. */
export interface ReplayClaim {
  /** Lower-case hexadecimal of a SHA-256 over the issuer and `jti`, or a proof's key and `jti`. */
  readonly key: string;
  /** The same over the issuer, or the proof's key. Stores may bound what one bucket takes. */
  readonly bucket: string;
  /** Milliseconds since 1970. Until then the claim must not be forgotten. */
  readonly expiresAt: number;
}

/** `unavailable`: the store could not tell, and the token is refused. */
export type ReplayOutcome = SeenStatus | 'unavailable';

/** Remembers claims. */
export interface ReplayStore {
  /** Seconds that a claim may live at most; no bound by default. */
  readonly longestLifetime?: number;
  /**
   * Inserts a claim unless it is there, in one step that no other insertion comes between.
   *
   * @param now - milliseconds since 1970, of the verification
   */
  insert(claim: ReplayClaim, now: number): ReplayOutcome | Promise<ReplayOutcome>;
}

/** A cache as other packages have it. Given to a verifier, `jti` is the claim's key. */
export interface ReplayCache {
  /**
   * True where it was new, false where it was there.
   *
   * @param exp - seconds since 1970
   */
  checkAndAdd(jti: string, exp: number): boolean | Promise<boolean>;
}

/** What {@link AttestationVerifier.replayCache} takes. */
export type AnyReplayCache = ReplayStore | ReplayCache;

/** The border for caches. @throws TypeError for an object that could remember nothing */
export function replayStore(value: unknown, name: string): ReplayStore {
  if (has(value, 'insert')) return value as ReplayStore;
  if (!has(value, 'checkAndAdd')) throw wrongType(value, name, 'an object with insert()');
  const cache = value as ReplayCache;
  return {
    async insert({ key, expiresAt }) {
      const added: unknown = await cache.checkAndAdd(key, Math.ceil(expiresAt / 1000));
      // What only looks true must not let a token pass.
      if (typeof added !== 'boolean') return 'unavailable';
      return added ? 'inserted' : 'seen';
    },
  };
}

function has(value: unknown, method: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Readonly<Record<string, unknown>>)[method] === 'function';
}
