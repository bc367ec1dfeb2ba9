/** Whether a Redis server still remembers every claim that it was sent. */
import { randomBytes } from 'node:crypto';
import { MARGIN, RedisClock } from './redis-clock.js';
import type { RedisLink } from './redis-link.js';

/** A server that answers, and must not be relied on; the message says what to do. */
export class Unreliable extends Error {}

/** How long an inspection counts on one connection. Milliseconds. */
const INSPECT_EVERY = 30_000;

export interface RedisMemoryOptions {
  readonly prefix: string;
  /** How long a claim lives at most, in milliseconds. */
  readonly longest: number;
  /** A server that no verifier used before counts as one that lost its memory. */
  readonly emptyIsLost: boolean;
}

/**
 * Two further keys tell it. `generation` names the run of the server and never expires:
 * without it, or with another, the server was flushed, restarted or replaced. `incomplete` is there
 * as long as a claim may live that was made before; while it is, no verifier takes anything.
 */
export class RedisMemory {
  readonly #link: RedisLink;
  readonly #options: RedisMemoryOptions;
  readonly #generationKey: string;
  readonly #incompleteKey: string;
  readonly #clock: RedisClock;
  #generation: string | undefined;
  #connection = -1;
  #inspectAt = 0;

  constructor(link: RedisLink, options: RedisMemoryOptions) {
    this.#link = link;
    this.#options = options;
    this.#generationKey = `${options.prefix}generation`;
    this.#incompleteKey = `${options.prefix}incomplete`;
    this.#clock = new RedisClock(options.longest + MARGIN);
  }

  /** The keys that hold no claim. */
  get keys(): readonly string[] {
    return [this.#generationKey, this.#incompleteKey];
  }

  /** Inspects the server where it was not, or not lately. @throws Unreliable; Error without reply */
  async check(): Promise<void> {
    const { connections } = this.#link;
    if (this.#connection === connections && performance.now() < this.#inspectAt) return;
    await this.#inspect();
    if ((await this.#link.send('EXISTS', this.#incompleteKey)) !== 0) throw incomplete();
    this.#connection = connections;
    this.#inspectAt = performance.now() + INSPECT_EVERY;
  }

  /**
   * Inserts a key, and looks whether the server could have forgotten it. `false`: it was there.
   *
   * @param left - how long it must be remembered, in milliseconds
   * @throws Unreliable; Error without reply
   */
  async insert(key: string, left: number): Promise<boolean> {
    const sent = performance.now();
    const until = Math.ceil(this.#clock.now() + left) + MARGIN;
    const value = randomBytes(8).toString('hex');
    // In this order: a server that was emptied before the claim came has no generation after it.
    const [set, generation, isIncomplete, time] = await this.#link.sendAll(
      ['SET', key, value, 'NX', 'PXAT', String(until)],
      ['GET', this.#generationKey],
      ['EXISTS', this.#incompleteKey],
      ['TIME'],
    );
    if (set === null) return false;
    // The server behind another connection may be another.
    if (this.#connection !== this.#link.connections) throw new Error('the connection was lost');
    if (generation !== this.#generation) {
      this.#inspectAt = 0;
      await this.#inspect();
      throw incomplete();
    }
    await this.#hear(time, sent);
    if (isIncomplete !== 0) {
      // Looked at first from now on, so that no further token is used up.
      this.#inspectAt = 0;
      throw incomplete();
    }
    if (until - this.#clock.now() < left) {
      throw new Unreliable('the clock of the Redis server moved; try again');
    }
    return set === 'OK';
  }

  async #inspect(): Promise<void> {
    const sent = performance.now();
    const [time, info, generation] = await this.#link.sendAll(
      ['TIME'],
      ['INFO'],
      ['GET', this.#generationKey],
    );
    await this.#hear(time, sent);
    const about = String(info);
    if (field(about, 'role') !== 'master') {
      throw new Unreliable('the Redis server is a replica; connect to its primary');
    }
    const policy = field(about, 'maxmemory_policy');
    if (policy !== 'noeviction') {
      throw new Unreliable(
        `maxmemory-policy of the Redis server is ${policy}, which forgets claims; set noeviction`,
      );
    }
    await this.#compare(generation, field(about, 'run_id'));
  }

  async #compare(generation: unknown, run: string): Promise<void> {
    const known = this.#generation;
    if (generation === null && known === undefined) {
      if (this.#options.emptyIsLost) await this.#markIncomplete();
      await this.#begin(run, true);
      return;
    }
    const present = String(generation);
    if (isOf(run, present) && (known === undefined || known === present)) {
      this.#generation = present;
      return;
    }
    await this.#markIncomplete();
    // Where another verifier was here first, its name stays.
    if (isOf(run, present)) this.#generation = present;
    else await this.#begin(run, generation === null);
  }

  async #begin(run: string, unlessThere: boolean): Promise<void> {
    const name = `${run} ${randomBytes(8).toString('hex')}`;
    await this.#link.send('SET', this.#generationKey, name, ...(unlessThere ? ['NX'] : []));
    this.#generation = String(await this.#link.send('GET', this.#generationKey));
  }

  async #hear(reply: unknown, sent: number): Promise<void> {
    const [seconds, microseconds] = Array.isArray(reply) ? (reply as unknown[]) : [];
    const time = Number(seconds) * 1000 + Number(microseconds) / 1000;
    if (!Number.isFinite(time)) throw new Unreliable('the Redis server does not tell its time');
    if (!this.#clock.heard(time, sent)) return;
    await this.#markIncomplete();
    throw new Unreliable(
      'the clock of the Redis server went ahead, so that it forgot claims early',
    );
  }

  async #markIncomplete(): Promise<void> {
    const until = Math.ceil(this.#clock.now() + this.#options.longest) + MARGIN;
    await this.#link.send('SET', this.#incompleteKey, '1', 'PXAT', String(until));
  }
}

function incomplete(): Unreliable {
  return new Unreliable(
    'the Redis server does not remember all claims; it is relied on again when they have expired',
  );
}

function isOf(run: string, generation: string): boolean {
  return generation.split(' ')[0] === run;
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown';
}
