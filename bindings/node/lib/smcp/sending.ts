/** One request under way, up to its complete reply, its end in time, or what went wrong. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  CertificateRefused,
  ConnectionLost,
  GatewayTimeout,
  GatewayUnreachable,
  ResponseTooLarge,
  type SMCPError,
} from './errors.js';
import { clientClosed } from './mistakes.js';
import type { RequestOptions } from './session.js';
import type { HttpRequest, HttpResponse } from './wire.js';

/** Connections that can carry a request: connected, and with TLS verified. */
export type ReadySockets = WeakSet<Socket>;

export interface SendingOptions {
  readonly request: HttpRequest;
  readonly requestOptions: RequestOptions;
  readonly ready: ReadySockets;
  readonly tls: boolean;
}

export class Sending {
  /** Rejects with SMCPError, or with the reason it was aborted for. */
  readonly response: Promise<HttpResponse>;
  readonly #sent: ClientRequest;
  readonly #options: SendingOptions;
  readonly #deadline: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #connecting: NodeJS.Timeout | undefined;
  #size = 0;
  /** Only what failed before has certainly sent nothing. */
  #begun = false;
  #settled = false;
  #resolve!: (response: HttpResponse) => void;
  #reject!: (reason: unknown) => void;

  /** @param sent - the request without its body */
  constructor(sent: ClientRequest, options: SendingOptions) {
    this.#sent = sent;
    this.#options = options;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { timeout, body } = options.request;
    // Every byte restarts a socket's time-out; this one bounds the whole exchange.
    this.#deadline = setTimeout(() => this.#fail(() => this.#tooLate()), timeout * 1000);
    sent.on('socket', (socket) => this.#onSocket(socket));
    sent.on('error', (error) => this.#fail(() => this.#broken(error)));
    sent.on('close', () => this.#fail(() => this.#broken()));
    sent.on('response', (reply) => this.#onResponse(reply));
    sent.end(body);
  }

  abort(reason: unknown): void {
    this.#fail(() => reason);
  }

  close(): void {
    this.#fail(() => clientClosed(this.#begun ? null : false));
  }

  #onSocket(socket: Socket): void {
    const { ready, tls, request, requestOptions } = this.#options;
    if (ready.has(socket)) {
      this.#begun = true;
      return;
    }
    const seconds = Math.min(requestOptions.connectTimeout, request.timeout);
    this.#connecting = setTimeout(
      () => this.#fail(() => unreachable('no connection in time')),
      seconds * 1000,
    );
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      clearTimeout(this.#connecting);
      ready.add(socket);
      this.#begun = true;
    });
  }

  #onResponse(reply: IncomingMessage): void {
    const status = reply.statusCode ?? 0;
    const length = reply.headers['content-length'];
    if (length !== undefined && Number(length) > this.#options.requestOptions.maxResponseBytes) {
      this.#fail(() => this.#tooLarge(status));
      return;
    }
    reply.on('data', (chunk: Buffer) => {
      this.#size += chunk.length;
      if (this.#size <= this.#options.requestOptions.maxResponseBytes) this.#chunks.push(chunk);
      else this.#fail(() => this.#tooLarge(status));
    });
    reply.on('error', (error) => this.#fail(() => this.#broken(error)));
    reply.on('end', () => {
      if (!reply.complete || !this.#settle()) return;
      const body = Buffer.concat(this.#chunks, this.#size);
      this.#resolve({ status, headers: reply.headers, body });
    });
  }

  /** False if it was before. */
  #settle(): boolean {
    clearTimeout(this.#deadline);
    clearTimeout(this.#connecting);
    if (this.#settled) return false;
    this.#settled = true;
    return true;
  }

  /** Of the first failure; later ones are its consequences. */
  #fail(reason: () => unknown): void {
    if (!this.#settle()) return;
    this.#reject(reason());
    this.#sent.destroy();
  }

  #broken(cause?: Error): SMCPError {
    if (this.#begun) {
      const message = 'the connection to the gateway broke before its reply was complete';
      return new ConnectionLost(message, { codeName: 'UPSTREAM_FAILED', cause });
    }
    const socket = this.#sent.socket as Partial<TLSSocket> | null;
    if (socket?.authorizationError) {
      const message = "the gateway's certificate does not verify";
      return new CertificateRefused(message, {
        codeName: 'UPSTREAM_FAILED',
        dispatched: false,
        cause,
      });
    }
    return unreachable('refused', cause);
  }

  #tooLate(): SMCPError {
    if (!this.#begun) return unreachable('no connection in time');
    const message = `no complete reply from the gateway within ${this.#options.request.timeout} s`;
    return new GatewayTimeout(message, { codeName: 'UPSTREAM_TIMEOUT' });
  }

  #tooLarge(httpStatus: number): SMCPError {
    const { maxResponseBytes } = this.#options.requestOptions;
    const message = `the gateway's reply has more than ${maxResponseBytes} bytes`;
    return new ResponseTooLarge(message, { codeName: 'LIMIT_EXCEEDED', httpStatus });
  }
}

function unreachable(why: string, cause?: unknown): GatewayUnreachable {
  return new GatewayUnreachable(`the gateway cannot be reached: ${why}`, {
    codeName: 'UPSTREAM_FAILED',
    dispatched: false,
    cause,
  });
}
