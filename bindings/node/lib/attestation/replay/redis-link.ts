/** Commands to a Redis server, each with an end in time. */
import { CallgateError } from '../../errors.js';

/** What is used of a client of the package `redis`. */
export interface RedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  on(event: 'ready' | 'error', listener: (error?: unknown) => void): unknown;
  readonly isReady: boolean;
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  destroy(): void;
}

const CONNECT_WITHIN = 5000;
const LONGEST_PAUSE = 2000;

export class RedisLink {
  readonly #timeout: number;
  readonly #url: string | undefined;
  #client: RedisClient | undefined;
  #connecting: Promise<RedisClient> | undefined;
  #connectingSince = 0;
  #connections = 0;
  #closed = false;

  /** @param timeout - of one command, in milliseconds */
  constructor(given: RedisClient | string, timeout: number) {
    this.#timeout = timeout;
    this.#url = typeof given === 'string' ? given : undefined;
    if (typeof given !== 'string') this.#listen(given);
  }

  /** Changes with every connection: the server behind a new one may be another. */
  get connections(): number {
    return this.#connections;
  }

  get connected(): boolean {
    return this.#client?.isReady === true;
  }

  /** @throws where there is no connection in time; at once where one is overdue */
  async connect(): Promise<void> {
    if (this.#closed) throw new Error('the replay cache was closed');
    if (this.#connecting === undefined) {
      this.#connectingSince = performance.now();
      this.#connecting = this.#open().finally(() => {
        this.#connecting = undefined;
      });
      this.#connecting.catch(() => undefined);
    }
    const left = this.#connectingSince + CONNECT_WITHIN - performance.now();
    await this.#inTime(this.#connecting, Math.max(left, 0));
  }

  /** The reply. @throws as `sendAll` */
  async send(...command: string[]): Promise<unknown> {
    return (await this.sendAll(command))[0];
  }

  /**
   * The replies to commands that are sent at once and executed in their order.
   *
   * @throws where they do not come in time, and for an error of the server
   */
  async sendAll(...commands: string[][]): Promise<unknown[]> {
    const client = this.#client;
    if (client?.isReady !== true) throw new Error('not connected');
    const replies = Promise.all(commands.map((command) => client.sendCommand(command)));
    return this.#inTime(replies, this.#timeout);
  }

  /** A client of the program's own stays open. */
  close(): void {
    this.#closed = true;
    if (this.#url !== undefined && this.#client?.isOpen === true) this.#client.destroy();
    this.#client = undefined;
  }

  async #open(): Promise<RedisClient> {
    const client = this.#client ?? (await this.#make());
    if (!client.isOpen) await client.connect();
    // It may have been closed meanwhile.
    if (this.#closed && this.#url !== undefined) client.destroy();
    return client;
  }

  async #make(): Promise<RedisClient> {
    const client = (await redisPackage()).createClient({
      url: this.#url,
      // What cannot be asked now is refused now.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_WITHIN,
        // A first connection that fails is told at once; one that was lost comes back by itself.
        reconnectStrategy: (tried: number, cause: Error) =>
          this.#connections === 0 || this.#closed
            ? cause
            : Math.min(50 * 2 ** tried, LONGEST_PAUSE),
      },
    });
    return this.#listen(client);
  }

  #listen(client: RedisClient): RedisClient {
    if (client.isReady) this.#connections++;
    client.on('ready', () => this.#connections++);
    // A client without a listener ends the process. What fails is seen by who asks.
    client.on('error', () => undefined);
    this.#client = client;
    return client;
  }

  async #inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no reply in time')), milliseconds);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface RedisPackage {
  createClient(options: object): RedisClient;
}

async function redisPackage(): Promise<RedisPackage> {
  // No dependency: who uses no Redis need not have it.
  const name: string = 'redis';
  try {
    return (await import(name)) as RedisPackage;
  } catch {
    throw new CallgateError(
      'the package redis is not installed: npm install redis',
      'INVALID_ARGUMENT',
      'url',
    );
  }
}
