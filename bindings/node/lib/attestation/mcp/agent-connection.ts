/** One connection of an agent: which messages are attested, and what the server makes of them. */
import { CallgateError } from '../../errors.js';
import { isObject, type JsonObject } from '../../json.js';
import { parseAttestationResponse } from '../capability.js';
import { ATTESTATION_EXTENSION_ID } from '../types.js';
import { sessionHash } from './carriers.js';
import type { AttestingSettings } from './client-options.js';
import { idKey, isModern, isRequest, type Message, objectIn, OPEN_METHODS } from './messages.js';
import { MessageSigner } from './message-signer.js';
import type { HeldToken, TokenSource } from './token-source.js';

/**
 * A tool may have an effect, so that no call of one is sent twice. A stream that has ended with its
 * token is opened again by the client, which knows what it missed.
 */
const NEVER_REPEATED: readonly unknown[] = ['tools/call', 'subscriptions/listen'];
/** Requests without an answer: those that the client gave up stay, and older ones are forgotten. */
const MOST_SENT = 4096;
/** JSON-RPC 2.0, section 5.1. */
const INTERNAL_ERROR = -32603;

/** The server does not say that it verifies attestations, and `requireServerSupport` is set. */
export class AttestationUnsupported extends CallgateError {
  constructor() {
    super(
      'the server does not verify attestations: use one that does, or leave the option out',
      'INVALID_ARGUMENT',
      'requireServerSupport',
    );
  }
}

/** A request that is not answered yet, as the client wrote it. */
export interface Sent {
  readonly message: Message;
  /** Of the transport's `send`. */
  readonly options: unknown;
  readonly repeated: boolean;
  /** The token that it was attested with. */
  held?: HeldToken;
}

/** Of one connection of an agent. */
export class AgentConnection {
  readonly #source: TokenSource;
  readonly #signer: MessageSigner;
  readonly #requireSupport: boolean;
  readonly #sent = new Map<string, Sent>();
  #handshake: HeldToken | undefined;
  #status: JsonObject | undefined;
  #discovered = false;
  #modern = false;

  constructor({ source, audience, requireServerSupport, now }: AttestingSettings) {
    this.#source = source;
    this.#signer = new MessageSigner(audience, now);
    this.#requireSupport = requireServerSupport;
  }

  /** What the server says of attestation; undefined: nothing, so far. */
  get status(): JsonObject | undefined {
    return this.#status;
  }

  /** Whether a message must wait until it is known what the server wants. */
  needsDiscovery(message: Message): boolean {
    return this.#isAttested(message) && message.method !== 'initialize' && !this.#discovered;
  }

  /** Remembers a request that is about to be sent. @throws AttestationUnsupported */
  note(message: Message, options?: unknown, repeated = false): void {
    if (this.needsDiscovery(message)) throw new Error('a message must wait for server/discover');
    const wanted = this.#isAttested(message) && message.method !== 'initialize';
    if (wanted && this.#status === undefined && this.#requireSupport) {
      throw new AttestationUnsupported();
    }
    if (isRequest(message)) this.#remember({ message, options, repeated });
    else if (message.method === 'notifications/cancelled') {
      this.#sent.delete(idKey(objectIn(message, 'params')['requestId']));
    }
  }

  /** The message as it is to be written. @throws what the source of tokens throws; JsonError */
  async attest(message: Message): Promise<Message> {
    if (!this.#isAttested(message)) return message;
    const sent = isRequest(message) ? this.#sent.get(idKey(message.id)) : undefined;
    if (message.method === 'initialize') {
      this.#handshake = await this.#source.forHandshake();
      return await this.#signer.handshake(message, this.#handshake);
    }
    if (this.#status === undefined) return message;
    const held = await this.#source.reusable();
    if (sent !== undefined) sent.held = held;
    return await this.#signer.request(message, held);
  }

  /** The proof of a GET or DELETE of the legacy session; undefined: the agent has no key. */
  async sessionProof(
    method: string,
    session: string,
    lastEventId: string | undefined,
  ): Promise<string | undefined> {
    if (this.#handshake === undefined) return undefined;
    const covered = sessionHash(session, lastEventId);
    return await this.#signer.proof(this.#handshake, `http:${method}`, covered);
  }

  /**
   * Reads what the server answered.
   *
   * @returns the message for the client, or a request that is to be sent once more
   */
  answered(response: Message): { readonly pass: Message } | { readonly repeat: Sent } {
    const key = idKey(response.id);
    const sent = this.#sent.get(key);
    this.#sent.delete(key);
    if (sent === undefined) return { pass: response };
    if (sent.message.method === 'initialize') return { pass: this.#initialized(response) };
    if (sent.message.method === 'server/discover') this.#discover(response);
    return this.#mayRepeat(sent, response) ? { repeat: sent } : { pass: response };
  }

  #remember(sent: Sent): void {
    this.#sent.set(idKey(sent.message.id), sent);
    const [oldest] = this.#sent.keys();
    if (this.#sent.size > MOST_SENT && oldest !== undefined) this.#sent.delete(oldest);
  }

  /** Requests of the modern era say so; its notifications are known by the requests. */
  #isAttested(message: Message): boolean {
    if (typeof message.method !== 'string' || OPEN_METHODS.includes(message.method)) return false;
    if (isModern(message)) this.#modern = true;
    return (
      message.method === 'initialize' ||
      isModern(message) ||
      (this.#modern && message.id === undefined)
    );
  }

  #discover({ result }: Message): void {
    const extensions = objectIn(objectIn(result, 'capabilities'), 'extensions');
    const settings = extensions[ATTESTATION_EXTENSION_ID];
    this.#status = isObject(settings) ? settings : undefined;
    this.#discovered = true;
  }

  #initialized(response: Message): Message {
    if (!isObject(response.result)) return response;
    const experimental = objectIn(response.result['capabilities'], 'experimental');
    const said = parseAttestationResponse(experimental);
    this.#status = said as JsonObject | undefined;
    if (said === undefined) {
      if (!this.#requireSupport) return response;
      return refusedHere(response, new AttestationUnsupported().message);
    }
    // Servers of others answer a handshake that they do not accept, and say so in it.
    const refuses = said.policy === 'required' || this.#requireSupport;
    if (said.verification_status === 'verified' || !refuses) return response;
    return refusedHere(response, 'the server did not accept the attestation');
  }

  /** An expired token is renewed, and the request goes once more, with another proof. */
  #mayRepeat(sent: Sent, { error }: Message): boolean {
    const { reason, extension } = objectIn(error, 'data');
    if (sent.held === undefined || sent.repeated) return false;
    if (reason !== 'expired' || extension !== ATTESTATION_EXTENSION_ID) return false;
    this.#source.forget(sent.held);
    return !NEVER_REPEATED.includes(sent.message.method);
  }
}

function refusedHere({ id }: Message, message: string): Message {
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message } };
}
