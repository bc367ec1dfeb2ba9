/** Whether a Redis server still remembers all that it was told. */
import type { RedisLink } from './redis-link.js';

/** A server that answers, and must not be relied on; the message says what to do. */
export class Unreliable extends Error {}

/** Clocks of verifiers and of the server may differ by half of it. Milliseconds. */
export const MARGIN = 60_000;
/** How long an inspection counts on one connection. Milliseconds. */
const INSPECT_EVERY = 30_000;

export interface EpochOptions {
  readonly key: string;
  /** How long a claim lives at most, in milliseconds. */
  readonly longest: number;
  /** A server that holds nothing when this process first asks has lost nothing. */
  readonly acceptEmpty: boolean;
}

/**
 * A key of the server holds the id of the run that claims were written in, and until when nothing
 * is taken. It is gone after a flush, and names another run after a restart. Then claims that live
 * may have been lost, and everything is refused until all of them have expired.
 */
export class RedisEpoch {
  readonly #link: RedisLink;
  readonly #options: EpochOptions;
  #value: string | undefined;
  #connection = -1;
  #inspectAt = 0;
  #seen = false;

  constructor(link: RedisLink, options: EpochOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Inspects the server where it was not, or not lately. @throws Unreliable, and where the server cannot be asked */
  async check(): Promise<void> {
    const { connections } = this.#link;
    const known = this.#value !== undefined && this.#connection === connections;
    if (!known || performance.now() >= this.#inspectAt) {
      this.#value = undefined;
      this.#value = await this.#inspect();
      this.#connection = connections;
      this.#inspectAt = performance.now() + INSPECT_EVERY;
    }
    const until = Number(this.#value?.split(':')[1]);
    if (!(Date.now() >= until)) {
      const when = Number.isFinite(until) ? new Date(until).toISOString() : 'it is set right';
      throw new Unreliable(`the server may have lost claims; nothing is taken until ${when}`);
    }
  }

  /** Whether the server and the connection are still those that were inspected. */
  holds(value: unknown): boolean {
    if (value === this.#value && this.#connection === this.#link.connections) return true;
    this.#value = undefined;
    return false;
  }

  async #inspect(): Promise<string> {
    const info = String(await this.#link.send('INFO'));
    const policy = field(info, 'maxmemory_policy');
    if (policy !== 'noeviction') {
      throw new Unreliable(`the server's maxmemory-policy is ${policy}; set it to noeviction`);
    }
    await this.#compareClocks();
    const run = field(info, 'run_id');
    const { key } = this.#options;
    const value = (await this.#link.send('GET', key)) ?? (await this.#begin(run));
    this.#seen = true;
    if (typeof value === 'string' && value.startsWith(`${run}:`)) return value;
    const next = `${run}:${this.#allExpired()}`;
    await this.#link.send('SET', key, next);
    return next;
  }

  async #begin(run: string): Promise<unknown> {
    const { key, acceptEmpty } = this.#options;
    const until = acceptEmpty && !this.#seen ? 0 : this.#allExpired();
    await this.#link.send('SET', key, `${run}:${until}`, 'NX');
    return this.#link.send('GET', key);
  }

  async #compareClocks(): Promise<void> {
    const before = Date.now();
    const reply = await this.#link.send('TIME');
    const [seconds] = Array.isArray(reply) ? (reply as unknown[]) : [];
    const away = Math.abs(Number(seconds) * 1000 - (before + Date.now()) / 2);
    if (!(away <= MARGIN / 2)) {
      throw new Unreliable(
        'the clocks of server and verifier differ by more than 30 s; set them right',
      );
    }
  }

  #allExpired(): number {
    return Date.now() + this.#options.longest + MARGIN;
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1] ?? 'unknown';
}
