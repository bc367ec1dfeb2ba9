/** A replay cache that several processes share. */
import { flag, options, text, wholeSeconds, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import { claimOf, full, InMemoryReplayCache } from './in-memory.js';
import { type RedisClient, RedisLink } from './redis-link.js';
import { RedisMemory, Unreliable } from './redis-memory.js';
import type { ReplayCache, ReplayClaim, ReplayOutcome, ReplayStore } from './replay-cache.js';

export interface RedisReplayCacheOptions {
  /** `redis://` or `rediss://`; needs the package `redis`. */
  readonly url?: string;
  /** A client of the package `redis` instead, which stays the program's. */
  readonly client?: RedisClient;
  /** `mcp_attestation:jti:` by default. Verifiers that share claims, in any language, have the same. */
  readonly keyPrefix?: string;
  /**
   * Whole seconds that a claim lives at most: the longest lifetime of any issuer and twice the skew;
   * 360 by default. So long is everything refused after a flush or restart of the server.
   */
  readonly longestLifetime?: number;
  /** Of one command; 2,000. */
  readonly commandTimeoutMs?: number;
  /**
   * While the server cannot be asked, claims that live no longer than this are remembered in this
   * process alone, where others cannot see them. By default everything is refused then.
   */
  readonly degraded?: { readonly longestLifetime: number };
  /**
   * Whether a server that holds nothing when it is first used may have lost claims, and everything
   * is refused until they would have expired; true. False for a server that is new.
   */
  readonly emptyIsLost?: boolean;
}

export type RedisHealth = 'healthy' | 'degraded' | 'unhealthy';

export interface RedisHealthStatus {
  readonly state: RedisHealth;
  readonly connected: boolean;
  /** Why it is not healthy, and what to do. */
  readonly reason: string | null;
}

/**
 * Remembers claims in Redis or Valkey: one `SET NX PXAT` each, so that of all verifiers one takes a
 * token. A server that fails, may evict, has another time or may have lost claims refuses.
 */
export class RedisReplayCache implements ReplayStore, ReplayCache, AsyncDisposable {
  readonly #link: RedisLink;
  readonly #memory: RedisMemory;
  readonly #prefix: string;
  readonly #longest: number;
  readonly #degraded: { readonly longest: number; readonly cache: InMemoryReplayCache } | undefined;
  /** Whole seconds that a claim lives at most; a verifier compares its own with it. */
  readonly longestLifetime: number;
  #reason: string | null = 'not connected yet';

  /** @throws TypeError; CallgateError INVALID_ARGUMENT */
  constructor(given: RedisReplayCacheOptions) {
    const { url, client, keyPrefix, longestLifetime, commandTimeoutMs, degraded, emptyIsLost } =
      options<RedisReplayCacheOptions>(given, [
        'url',
        'client',
        'keyPrefix',
        'longestLifetime',
        'commandTimeoutMs',
        'degraded',
        'emptyIsLost',
      ]);
    this.#prefix = prefix(keyPrefix ?? 'mcp_attestation:jti:');
    this.#longest = milliseconds(longestLifetime ?? 360, 'longestLifetime');
    this.longestLifetime = this.#longest / 1000;
    this.#link = new RedisLink(server(url, client), commandTimeout(commandTimeoutMs ?? 2000));
    this.#memory = new RedisMemory(this.#link, {
      prefix: this.#prefix,
      longest: this.#longest,
      emptyIsLost: flag(emptyIsLost ?? true, 'emptyIsLost'),
    });
    this.#degraded =
      degraded === undefined
        ? undefined
        : {
            longest: milliseconds(degraded.longestLifetime, 'degraded.longestLifetime'),
            cache: new InMemoryReplayCache(),
          };
  }

  /** Connects, and inspects the server. @throws Error that says what is wrong with it */
  async connect(): Promise<void> {
    try {
      await this.#link.connect();
      await this.#memory.check();
      this.#reason = null;
    } catch (error) {
      this.#reason = messageOf(error);
      throw error;
    }
  }

  /** Ends the connection that the cache made. */
  async close(): Promise<void> {
    this.#link.close();
    this.#reason = 'closed';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async insert(claim: ReplayClaim, now: number): Promise<ReplayOutcome> {
    const outcome = await this.#insertShared(claim, now);
    if (outcome === undefined) return this.#insertApart(claim, now);
    // What this process took counts for it while it is apart, and the other way round.
    if (outcome === 'inserted') return this.#degraded?.cache.insert(claim, now) ?? outcome;
    return outcome;
  }

  /** True where `jti` is new. @param exp - seconds since 1970 @throws where that is not known */
  async checkAndAdd(jti: string, exp: number): Promise<boolean> {
    const outcome = await this.insert(claimOf(jti, exp), Date.now());
    if (outcome === 'full') throw full();
    if (outcome === 'unavailable') {
      throw new CallgateError(this.#reason ?? 'the claim is out of range', 'LEDGER_UNAVAILABLE');
    }
    return outcome === 'inserted';
  }

  /** How many claims the server holds. Reads all of their keys. @throws where it cannot be asked */
  async count(): Promise<number> {
    let count = 0;
    for await (const keys of this.#keys()) count += keys.length;
    return count;
  }

  /** Forgets all claims of all verifiers: tokens that were taken can be used once more. */
  async clear(): Promise<void> {
    for await (const keys of this.#keys()) {
      if (keys.length > 0) await this.#link.send('UNLINK', ...keys);
    }
    await this.#degraded?.cache.clear();
  }

  get isConnected(): boolean {
    return this.#link.connected;
  }

  getHealthStatus(): RedisHealthStatus {
    const state =
      this.#reason === null ? 'healthy' : this.#degraded === undefined ? 'unhealthy' : 'degraded';
    return { state, connected: this.#link.connected, reason: this.#reason };
  }

  /** undefined where the server cannot be asked; `unavailable` where it must not be relied on. */
  async #insertShared(claim: ReplayClaim, now: number): Promise<ReplayOutcome | undefined> {
    const left = claim.expiresAt - now;
    if (!(left > 0 && left <= this.#longest)) return 'unavailable';
    try {
      if (!this.#link.connected) await this.#link.connect();
      await this.#memory.check();
      const inserted = await this.#memory.insert(this.#prefix + claim.key, left);
      this.#reason = null;
      return inserted ? 'inserted' : 'seen';
    } catch (error) {
      this.#reason = messageOf(error);
      if (this.#reason.startsWith('OOM')) return 'full';
      return error instanceof Unreliable ? 'unavailable' : undefined;
    }
  }

  #insertApart(claim: ReplayClaim, now: number): ReplayOutcome {
    const degraded = this.#degraded;
    if (degraded === undefined || claim.expiresAt - now > degraded.longest) return 'unavailable';
    return degraded.cache.insert(claim, now);
  }

  /** The keys of claims, in parts. */
  async *#keys(): AsyncGenerator<string[]> {
    let cursor = '0';
    do {
      const reply = await this.#link.send('SCAN', cursor, 'MATCH', `${this.#prefix}*`);
      const [next, keys] = reply as [unknown, unknown[]];
      cursor = String(next);
      yield keys.map(String).filter((key) => !this.#memory.keys.includes(key));
    } while (cursor !== '0');
  }
}

function server(url: unknown, client: unknown): RedisClient | string {
  if ((url === undefined) === (client === undefined)) {
    throw new CallgateError('give either url or client', 'INVALID_ARGUMENT', 'url');
  }
  if (url !== undefined) {
    const given = text(url, 'url');
    if (URL.canParse(given) && /^rediss?:$/.test(new URL(given).protocol)) return given;
    // It is not repeated: it may hold a password.
    throw new CallgateError('url must be redis:// or rediss://', 'INVALID_ARGUMENT', 'url');
  }
  if (typeof client !== 'object' || client === null || !('sendCommand' in client)) {
    throw wrongType(client, 'client', 'a client of the package redis');
  }
  return client as RedisClient;
}

function prefix(value: unknown): string {
  const given = text(value, 'keyPrefix');
  if (/^[\w:.{}-]{1,256}$/.test(given)) return given;
  const message = 'keyPrefix has 1 to 256 of letters, digits and "_:.{}-"';
  throw new CallgateError(message, 'INVALID_ARGUMENT', 'keyPrefix');
}

function milliseconds(value: unknown, name: string): number {
  const seconds = wholeSeconds(value, name);
  if (seconds < 1) {
    throw new CallgateError(`${name} must be at least 1 s`, 'INVALID_ARGUMENT', name);
  }
  return seconds * 1000;
}

function commandTimeout(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    const message = 'commandTimeoutMs must be a whole number above 0';
    throw new CallgateError(message, 'INVALID_ARGUMENT', 'commandTimeoutMs');
  }
  return value as number;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the server cannot be asked';
}
