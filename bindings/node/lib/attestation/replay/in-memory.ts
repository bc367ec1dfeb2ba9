/** Replay caches of one process. */
import { createHash } from 'node:crypto';
import { options, text } from '../../check.js';
import { CallgateError } from '../../errors.js';
import type { SeenTableHandle } from '../../handles.js';
import { native } from '../../native.js';
import type { SeenStatus } from '../native.js';
import type { ReplayCache, ReplayClaim, ReplayStore } from './replay-cache.js';

const USUAL_ENTRIES = 1_000_000;

export interface InMemoryReplayCacheOptions {
  /** Live entries; 1,000,000 by default. Of a full cache every new token is refused. */
  readonly maxEntries?: number;
  /** Live entries of one issuer, or of one proof key; half of `maxEntries` by default. */
  readonly maxPerBucket?: number;
}

/**
 * Remembers claims in the memory of this process, exactly, until each expires. Nothing that lives
 * is evicted: a full cache refuses. Several processes need a {@link RedisReplayCache}, and a
 * restart forgets all.
 */
export class InMemoryReplayCache implements ReplayStore, ReplayCache {
  readonly #maxEntries: number;
  readonly #maxPerBucket: number;
  #table: SeenTableHandle;

  /**
   * @param given - a number, which was the interval of a sweep elsewhere, is not needed: entries
   * make room when they expire
   * @throws CallgateError INVALID_ARGUMENT
   */
  constructor(given: InMemoryReplayCacheOptions | number = {}) {
    const { maxEntries, maxPerBucket } = options<InMemoryReplayCacheOptions>(
      typeof given === 'number' ? {} : given,
      ['maxEntries', 'maxPerBucket'],
    );
    this.#maxEntries = count(maxEntries ?? USUAL_ENTRIES, 'maxEntries');
    this.#maxPerBucket = count(maxPerBucket ?? Math.ceil(this.#maxEntries / 2), 'maxPerBucket');
    this.#table = this.#newTable();
  }

  insert({ key, bucket, expiresAt }: ReplayClaim, now: number): SeenStatus {
    return native.seenInsert(this.#table, digest(key), digest(bucket), expiresAt, now);
  }

  /** True where `jti` is new. @param exp - seconds since 1970 @throws CallgateError when full */
  async checkAndAdd(jti: string, exp: number): Promise<boolean> {
    const status = this.insert(claimOf(jti, exp), Date.now());
    if (status === 'full') throw full();
    return status === 'inserted';
  }

  /** How many entries there are, those that expired and were not replaced yet included. */
  async count(): Promise<number> {
    return native.seenSize(this.#table);
  }

  /** Forgets all: tokens and proofs that were taken can be used once more. */
  async clear(): Promise<void> {
    this.#table = this.#newTable();
  }

  /** @internal For verifications that insert in the same call. */
  static tableOf(cache: InMemoryReplayCache): SeenTableHandle {
    return cache.#table;
  }

  /** @internal Not of a program's own class that inserts in another way. */
  static isInMemory(value: unknown): value is InMemoryReplayCache {
    if (typeof value !== 'object' || value === null || !(#table in value)) return false;
    return (value as InMemoryReplayCache).insert === InMemoryReplayCache.prototype.insert;
  }

  #newTable(): SeenTableHandle {
    return native.createSeenTable(this.#maxEntries, this.#maxPerBucket);
  }
}

/**
 * {@link InMemoryReplayCache} under the name of a cache that evicted its oldest entries. A token
 * whose entry is evicted could be used again, so this one refuses new tokens when it is full.
 */
export class LRUReplayCache extends InMemoryReplayCache {
  constructor(maxSize = 10_000) {
    super({ maxEntries: maxSize, maxPerBucket: maxSize });
  }
}

/** Remembers nothing, so that every token can be used again. For tests that say so. */
export class NoopReplayCache implements ReplayStore, ReplayCache {
  /** @throws CallgateError INVALID_ARGUMENT without `{ onlyForTests: true }` */
  constructor(given?: { readonly onlyForTests: true }) {
    if (given?.onlyForTests !== true) {
      throw new CallgateError(
        'without a replay cache every token can be used again; use InMemoryReplayCache, or in a ' +
          'test new NoopReplayCache({ onlyForTests: true })',
        'INVALID_ARGUMENT',
      );
    }
  }

  insert(): 'inserted' {
    return 'inserted';
  }

  async checkAndAdd(): Promise<boolean> {
    return true;
  }

  async clear(): Promise<void> {}

  async count(): Promise<number> {
    return 0;
  }
}

function digest(hex: string): Uint8Array {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== 32) throw new TypeError('a claim has 64 hexadecimal digits');
  return bytes;
}

/**
 * The claim of a bare `jti`, for caches that are used without a verifier. A claim's key stays as it
 * is.
 */
export function claimOf(jti: string, exp: number): ReplayClaim {
  if (!Number.isFinite(exp)) throw new TypeError('exp must be a number of seconds');
  const key = /^[0-9a-f]{64}$/.test(text(jti, 'jti'))
    ? jti
    : createHash('sha256').update(jti).digest('hex');
  return { key, bucket: '0'.repeat(64), expiresAt: Math.ceil(exp * 1000) };
}

/** Of a cache that takes no further entry. */
export function full(): CallgateError {
  const message = 'the replay cache is full; raise maxEntries, or wait until entries expire';
  return new CallgateError(message, 'LEDGER_FULL');
}

function count(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new CallgateError(`${name} must be a whole number above 0`, 'INVALID_ARGUMENT', name);
  }
  return value as number;
}
