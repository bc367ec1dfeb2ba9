/** The one judge of messages: which go on to the server, for whom, and what the others are told. */
import { instant, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import { type AttestedMessage, readAttestedMessage } from '../attested-message.js';
import type { VerificationResult } from '../result.js';
import { createAttestationContext } from '../session-store.js';
import type { AttestationReason } from '../types.js';
import { AttestationVerifier, type VerifyOptions } from '../verifier.js';
import { type ChangeAnswer, changeAnswer, changeListing } from './answers.js';
import { AttestedSession } from './attested-session.js';
import {
  type AttestationGateOptions,
  type GateSettings,
  gateSettings,
  type RefusedMessage,
} from './gate-options.js';
import type { Judgement, Passed, Refused } from './judgement.js';
import { type Message, objectIn, OPEN_METHODS, withoutCarrier } from './messages.js';
import { refusal, unreadable } from './refusal.js';
import { owned } from './request-contexts.js';
import { type ToolGuard, ToolGuards } from './tool-guards.js';

/** Why a message does not go on, and where in it. */
type Fault = Omit<RefusedMessage, 'dropped'>;

/**
 * Judges every message that a client sends, before the SDK of the server sees it, by the policy of
 * its verifier. One gate serves any number of connections.
 */
export class AttestationGate {
  readonly verifier: AttestationVerifier;
  readonly #settings: GateSettings;
  readonly #guards = new ToolGuards();
  #refused = 0;
  #dropped = 0;

  /**
   * @throws CallgateError INVALID_ARGUMENT for a verifier without an audience: it would take tokens
   * that were issued for other servers
   */
  constructor(verifier: AttestationVerifier, given: AttestationGateOptions = {}) {
    if (!(verifier instanceof AttestationVerifier)) {
      throw wrongType(verifier, 'verifier', 'an AttestationVerifier');
    }
    if (verifier.audience === undefined) {
      const message = 'a gate needs a verifier with an audience: the URL or name of this server';
      throw new CallgateError(message, 'INVALID_ARGUMENT', 'audience');
    }
    this.verifier = verifier;
    this.#settings = gateSettings(given);
    for (const guard of this.#settings.guards) this.requireAttestation(guard);
  }

  /**
   * From now on, only callers that meet the requirement can call the tools, and the others do not
   * find them in listings. Guards add up.
   *
   * @throws TypeError for a requirement that is none
   */
  requireAttestation(given: ToolGuard = {}): void {
    this.#guards.add(given);
  }

  /** How many requests were answered with an error. */
  get refused(): number {
    return this.#refused;
  }

  /** How many notifications and responses were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Milliseconds since 1970. @internal */
  now(): number {
    return instant(this.#settings.now());
  }

  /** How answers are changed that a session is sent again, apart from their requests. @internal */
  changeInSession(session: AttestedSession | undefined): ChangeAnswer | undefined {
    return changeListing(session?.result, this.#guards);
  }

  /**
   * Judges one message. What cannot be judged is refused.
   *
   * @param json - as it was written
   * @param session - the legacy session that it belongs to
   * @internal
   */
  async judge(json: string, session: AttestedSession | undefined): Promise<Judgement> {
    let attested: AttestedMessage;
    try {
      attested = readAttestedMessage(json);
    } catch (error) {
      return this.#unreadable(error);
    }
    try {
      // The engine has read it strictly, so JSON.parse finds the same in it.
      return await this.#judge(attested, JSON.parse(json) as Message, session);
    } catch (cause) {
      return this.#refuse(attested, { reason: 'unavailable', where: null, cause });
    }
  }

  /**
   * Judges an HTTP request of a legacy session that has no message.
   *
   * @param method - of HTTP
   * @returns why it is refused; null: it goes on
   * @internal
   */
  async judgeBodiless(
    method: string,
    proof: string | undefined,
    requestHash: Uint8Array,
    session: AttestedSession | undefined,
  ): Promise<AttestationReason | null> {
    let fault: Fault | null;
    try {
      fault = await this.#faultIn({ proof, method: `http:${method}`, requestHash }, session);
    } catch (cause) {
      fault = { reason: 'unavailable', where: null, cause };
    }
    return fault === null ? null : this.#count(fault, false);
  }

  async #judge(
    attested: AttestedMessage,
    parsed: Message,
    session: AttestedSession | undefined,
  ): Promise<Judgement> {
    if (attested.kind === 'response') return this.#judgeResponse(attested, parsed, session);
    const asks = attested.kind === 'request';
    if (asks && OPEN_METHODS.includes(attested.method)) return this.#pass(attested, parsed, null);
    if (asks && attested.method === 'initialize' && attested.era === 'legacy') {
      return await this.#judgeInitialize(attested, parsed);
    }
    if (attested.era === 'modern' || session === undefined) {
      return await this.#judgeAlone(attested, parsed, session);
    }
    return this.#judgeInSession(attested, parsed, session);
  }

  async #faultIn(
    shown: VerifyOptions,
    session: AttestedSession | undefined,
  ): Promise<Fault | null> {
    const now = this.now();
    if (session === undefined) return faultOf(await this.verifier.verify(undefined, { now }));
    const reason = session.ended(now);
    if (reason !== null) return { reason, where: 'session' };
    if (!this.verifier.requireProof) return null;
    return faultOf(await this.verifier.verify(session.token, { ...shown, now }));
  }

  async #verify(attested: AttestedMessage): Promise<VerificationResult> {
    return await this.verifier.verifyMessage(attested, { now: this.now() });
  }

  #unreadable(error: unknown): Refused {
    const known = error instanceof CallgateError;
    const fault = { reason: null, where: known ? error.where : null };
    this.#count(known ? fault : { ...fault, cause: error }, false);
    const message = known ? error.message : 'the message cannot be read';
    const isJson = known && error.codeName === 'INVALID_ENVELOPE';
    return { kind: 'refuse', refusal: unreadable(message, isJson), endsSession: false };
  }

  /** A client answers requests of the server in the legacy era alone, within its session. */
  #judgeResponse(
    attested: AttestedMessage,
    parsed: Message,
    session: AttestedSession | undefined,
  ): Judgement {
    const reason = session === undefined ? 'not_provided' : session.ended(this.now());
    const anonymous = session === undefined && this.verifier.policy !== 'required';
    if (reason === null || anonymous) return this.#pass(attested, parsed, null);
    return this.#refuse(attested, { reason, where: null });
  }

  async #judgeInitialize(attested: AttestedMessage, parsed: Message): Promise<Judgement> {
    const result = await this.#verify(attested);
    const fault = faultOf(result);
    if (fault !== null) {
      const refused = this.#refuse(attested, fault);
      return refused.kind === 'refuse' ? { ...refused, endsSession: true } : refused;
    }
    const { token } = attested;
    const opens =
      result.verified && token !== null
        ? new AttestedSession(this.verifier, result, token, this.#endOf(result))
        : null;
    return { ...this.#pass(attested, parsed, result), opens };
  }

  /** By the token and proof of the message itself. */
  async #judgeAlone(
    attested: AttestedMessage,
    parsed: Message,
    session: AttestedSession | undefined,
  ): Promise<Judgement> {
    const result = await this.#verify(attested);
    const fault = faultOf(result);
    if (fault !== null) return this.#refuse(attested, fault);
    if (session !== undefined) {
      // A token and proof of their own do not make another's session the sender's.
      const reason = session.ended(this.now()) ?? (session.isOf(result) ? null : 'binding');
      if (reason !== null) return this.#refuse(attested, { reason, where: 'session' });
    }
    return this.#judgeCall(attested, parsed, result, () => this.#tokenEnded(result));
  }

  #judgeInSession(attested: AttestedMessage, parsed: Message, session: AttestedSession): Judgement {
    const reason = session.ended(this.now());
    if (reason !== null) return this.#refuse(attested, { reason, where: 'session' });
    return this.#judgeCall(attested, parsed, session.result, () => session.ended(this.now()));
  }

  #judgeCall(
    attested: AttestedMessage,
    parsed: Message,
    result: VerificationResult,
    streamEnded: () => AttestationReason | null,
  ): Judgement {
    const tool = objectIn(parsed, 'params')['name'];
    const allowed =
      attested.method !== 'tools/call' ||
      this.#guards.allow(createAttestationContext(result), tool);
    if (allowed) return this.#pass(attested, parsed, result, streamEnded);
    return this.#refuse(attested, { reason: 'policy', where: 'tools' });
  }

  #pass(
    attested: AttestedMessage,
    parsed: Message,
    result: VerificationResult | null,
    streamEnded: () => AttestationReason | null = () => null,
  ): Passed {
    const bare = withoutCarrier(parsed);
    const handled = attested.kind === 'request' && attested.method !== 'initialize';
    const { message, release } =
      handled && result !== null
        ? owned(bare, createAttestationContext(result))
        : { message: bare, release: () => {} };
    const change = changeAnswer(attested, result, this.verifier, this.#guards);
    return { kind: 'pass', message, attested, streamEnded, change, release };
  }

  /** Why a token that was verified for one request counts no longer. */
  #tokenEnded(result: VerificationResult): AttestationReason | null {
    if (!result.verified) return null;
    return this.verifier.judgeAgain(result, { now: this.now() }).reason;
  }

  #endOf(result: VerificationResult): number {
    const { sessionLifetime } = this.#settings;
    if (sessionLifetime !== 'token') return this.now() + sessionLifetime * 1000;
    return result.expiresAt?.getTime() ?? 0;
  }

  #refuse(attested: AttestedMessage, fault: Fault): Refused | { kind: 'drop' } {
    const reason = this.#count(fault, attested.kind !== 'request');
    if (attested.kind !== 'request') return { kind: 'drop' };
    const refused = refusal(reason, attested.era, attested.id);
    return { kind: 'refuse', refusal: refused, endsSession: false };
  }

  #count(fault: Fault, dropped: boolean): AttestationReason {
    if (dropped) this.#dropped++;
    else this.#refused++;
    this.#settings.onRefused({ ...fault, dropped });
    return fault.reason ?? 'not_provided';
  }
}

/** Why the policy does not let a caller in; null where it does. */
function faultOf(result: VerificationResult): Fault | null {
  return result.admitted ? null : { reason: result.reason, where: result.where };
}
