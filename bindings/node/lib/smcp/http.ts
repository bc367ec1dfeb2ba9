/** The driver: runs exchanges over connections of its own to one gateway. */
import { Agent, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { native } from '../native.js';
import type { Address } from './address.js';
import type { Exchange } from './flow.js';
import { clientClosed } from './mistakes.js';
import { type ReadySockets, Sending } from './sending.js';
import type { RequestOptions } from './session.js';
import type { TlsOptions } from './tls-options.js';
import type { HttpRequest, HttpResponse } from './wire.js';

const JSON_TYPE = 'application/json';
const HEADERS = {
  accept: JSON_TYPE,
  'accept-encoding': 'identity',
  'content-type': JSON_TYPE,
  'user-agent': `callgate/${native.version}`,
};
const CONNECTIONS = {
  keepAlive: true,
  maxSockets: 100,
  maxFreeSockets: 20,
  // Milliseconds. Common servers close idle connections after 5 s. Who sends into one that is just
  // being closed cannot know whether the request arrived.
  timeout: 4000,
};
// Of a resumed session Node does not compare the name in the certificate again.
const TLS_CONNECTIONS = { ...CONNECTIONS, maxCachedSessions: 0 };

export class Http {
  readonly #address: Address;
  readonly #requestOptions: RequestOptions;
  readonly #agent: Agent;
  readonly #ready: ReadySockets = new WeakSet<Socket>();
  readonly #sending = new Set<Sending>();
  readonly #closing = new AbortController();

  constructor(address: Address, tls: TlsOptions, requestOptions: RequestOptions) {
    this.#address = address;
    this.#requestOptions = requestOptions;
    this.#agent = address.tls
      ? new TlsAgent({ ...TLS_CONNECTIONS, ...tls })
      : new Agent(CONNECTIONS);
  }

  /** What the exchange returns. @throws SMCPError, or the reason of the signal */
  async run<T>(exchange: Exchange<T>, signal?: AbortSignal): Promise<T> {
    let step = exchange.next();
    while (step.done !== true) {
      let response: HttpResponse;
      try {
        response = await this.#post(step.value, signal);
      } catch (error) {
        step = exchange.throw(error);
        continue;
      }
      step = exchange.next(response);
    }
    return step.value;
  }

  /** Ends the connections and what is under way. May be called more than once. */
  close(): void {
    this.#closing.abort();
    for (const sending of this.#sending) sending.close();
    this.#agent.destroy();
  }

  async #post(request: HttpRequest, signal: AbortSignal | undefined): Promise<HttpResponse> {
    if (request.delay > 0) await this.#pause(request.delay, signal);
    signal?.throwIfAborted();
    if (this.#closing.signal.aborted) throw clientClosed();
    const options = {
      request,
      requestOptions: this.#requestOptions,
      ready: this.#ready,
      tls: this.#address.tls,
    };
    const sending = new Sending(this.#open(request), options);
    const abort = (): void => sending.abort(signal?.reason);
    this.#sending.add(sending);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await sending.response;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#sending.delete(sending);
    }
  }

  /** Node's clients follow no redirect, keep no cookie, and with an agent of their own use no proxy. */
  #open(request: HttpRequest) {
    const { tls, host, port, socketPath, prefix } = this.#address;
    const open = tls ? httpsRequest : httpRequest;
    return open({
      agent: this.#agent,
      method: 'POST',
      path: prefix + request.path,
      headers: { ...HEADERS, 'content-length': request.body.length },
      // Said, because options of Node would change the defaults.
      insecureHTTPParser: false,
      maxHeaderSize: 16 * 1024,
      ...(socketPath === undefined ? { host, port } : { socketPath }),
    });
  }

  async #pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
    const ends = signal === undefined ? [] : [signal];
    const either = AbortSignal.any([this.#closing.signal, ...ends]);
    // Rejects when aborted; who asked for it is told by what comes next.
    await sleep(seconds * 1000, undefined, { signal: either }).catch(() => undefined);
  }
}
