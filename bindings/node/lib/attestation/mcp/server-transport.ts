/** Enforcement on one connection: stdio, or another that carries one client's messages. */
import { wrongType } from '../../check.js';
import type { AttestationReason } from '../types.js';
import type { AttestationVerifier } from '../verifier.js';
import type { ChangeAnswer } from './answers.js';
import type { AttestedSession } from './attested-session.js';
import { AttestationGate } from './gate.js';
import type { Passed } from './judgement.js';
import {
  idKey,
  isModern,
  isRequest,
  isResponse,
  type Message,
  objectIn,
  OPEN_METHODS,
  SUBSCRIPTION_META,
} from './messages.js';
import { idInUse, refusal } from './refusal.js';
import { StreamWatch } from './stream-watch.js';
import { type McpTransport, WrappedTransport } from './transport.js';

/** Of messages that wait to be judged. A client that sends more does not wait for answers. */
const MOST_WAITING = 1024;

/** A request that went on and is not answered. */
interface Pending {
  readonly change: ChangeAnswer | undefined;
  readonly release: () => void;
  /** Whether its caller was let in. A method that needs no verification lets no caller in. */
  readonly admitted: boolean;
  /** Of a request that opens a stream. */
  readonly watch?: StreamWatch;
}

/**
 * The transport with a gate before the server: the SDK sees what the gate lets through, and nothing
 * else. Pass the result to `server.connect`, or to `serveStdio` as `transport`.
 *
 * For HTTP use `attestHandler` or `attestFetch`, which own the status.
 *
 * @param gate - or its verifier, for a gate with default options
 * @throws TypeError; CallgateError INVALID_ARGUMENT as AttestationGate
 */
export function attestTransport(
  transport: McpTransport,
  gate: AttestationGate | AttestationVerifier,
): AttestedServerTransport {
  if (typeof transport?.send !== 'function' || typeof transport.start !== 'function') {
    throw wrongType(transport, 'transport', 'a Transport of the MCP SDK');
  }
  return new AttestedServerTransport(transport, gateOf(gate));
}

/** A gate, or one with default options. @throws as AttestationGate */
export function gateOf(value: AttestationGate | AttestationVerifier): AttestationGate {
  return value instanceof AttestationGate ? value : new AttestationGate(value);
}

/** What {@link attestTransport} returns. */
export class AttestedServerTransport extends WrappedTransport {
  readonly #gate: AttestationGate;
  readonly #pending = new Map<string, Pending>();
  #session: AttestedSession | undefined;
  /** Whether the latest `initialize` passed without a token, so that there is no session here. */
  #anonymous = false;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #open = true;

  constructor(inner: McpTransport, gate: AttestationGate) {
    super(inner);
    this.#gate = gate;
  }

  async send(message: Message, options?: unknown): Promise<void> {
    if (!isResponse(message)) {
      if (this.#mayReceive(message)) await this.inner.send(message, options);
      return;
    }
    const answered = this.#settle(message.id);
    // Nothing waits for what was cancelled, and nothing knows what of it the caller may see.
    if (answered === undefined && isId(message.id)) return;
    await this.inner.send(answered?.change?.(message) ?? message, options);
  }

  /** One after the other: what follows an `initialize` is judged by what it proved. */
  protected received(message: Message, extra: unknown): void {
    if (this.#waiting === MOST_WAITING) {
      this.report(new Error('a client sends faster than its messages can be judged'));
      this.#answer(message, 'unavailable');
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(async () => {
      this.#waiting--;
      try {
        await this.#judge(message, extra);
      } catch (error) {
        this.report(error);
        this.#answer(message, 'unavailable');
      }
    });
  }

  protected closed(): void {
    this.#open = false;
    this.#session = undefined;
    for (const { release, watch } of this.#pending.values()) {
      watch?.stop();
      release();
    }
    this.#pending.clear();
  }

  async #judge(message: Message, extra: unknown): Promise<void> {
    if (!this.#open) return;
    const judged = await this.#gate.judge(JSON.stringify(message), this.#session);
    if (judged.kind === 'refuse') {
      if (judged.endsSession) this.#endSession();
      this.#respond(judged.refusal.response);
    }
    if (judged.kind !== 'pass') return;
    if (!this.#open) judged.release();
    else this.#deliver(judged, extra);
  }

  #deliver(passed: Passed, extra: unknown): void {
    const { message, attested, opens, change, release, streamEnded } = passed;
    if (opens !== undefined) {
      this.#session = opens ?? undefined;
      this.#anonymous = opens === null;
    }
    if (attested.kind === 'request') {
      const key = idKey(message.id);
      if (this.#pending.has(key)) {
        release();
        this.#respond(idInUse(message.id));
        return;
      }
      const watch =
        attested.method === 'subscriptions/listen'
          ? new StreamWatch(streamEnded, (reason) => this.#endListen(message, reason))
          : undefined;
      const admitted = !OPEN_METHODS.includes(attested.method);
      const watched = watch === undefined ? {} : { watch };
      this.#pending.set(key, { change, release, admitted, ...watched });
    } else if (attested.method === 'notifications/cancelled') {
      this.#settle(objectIn(message, 'params')['requestId']);
    }
    this.onmessage?.(message, extra);
  }

  #answer(message: Message, reason: AttestationReason): void {
    if (!isRequest(message)) return;
    const era = isModern(message) ? 'modern' : 'legacy';
    this.#respond(refusal(reason, era, JSON.stringify(message.id)).response);
  }

  /** Without an id there is no request that a response could answer. */
  #respond(response: Message): void {
    if (!this.#open || !isId(response.id)) return;
    this.inner.send(response).catch((error: unknown) => this.report(error));
  }

  /** Whether the server may send a request or notification of its own. */
  #mayReceive(message: Message): boolean {
    const listen = objectIn(message.params, '_meta')[SUBSCRIPTION_META];
    if (listen !== undefined) return this.#pending.get(idKey(listen))?.watch?.check() ?? false;
    if (this.#session !== undefined) return this.#session.ended(this.#gate.now()) === null;
    return this.#anonymous || [...this.#pending.values()].some(({ admitted }) => admitted);
  }

  #endSession(): void {
    this.#anonymous = false;
    this.#session = undefined;
  }

  #endListen(request: Message, reason: AttestationReason): void {
    this.#settle(request.id);
    const params = { requestId: request.id, reason };
    this.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    this.#answer(request, reason);
  }

  #settle(id: unknown): Pending | undefined {
    const key = idKey(id);
    const pending = this.#pending.get(key);
    this.#pending.delete(key);
    pending?.watch?.stop();
    pending?.release();
    return pending;
  }
}

function isId(id: unknown): boolean {
  return id !== undefined && id !== null;
}
