/**
 * What an audit trail says of calls: the fields of an event and of its outcome, as RFC 8785 text,
 * without what must not be written. Where the lines go is the caller's business.
 */
import { bytes, flag, list, optionalText, text, wrongType } from './check.js';
import { withCall } from './decision-record.js';
import type { Decision } from './decision.js';
import { CallgateError } from './errors.js';
import type { RedactionHandle } from './handles.js';
import { native } from './native.js';

export interface RedactionOptions {
  /**
   * Names, or patterns with `*`, `?` and `[…]`, of keys whose values are not shown. One with `!`
   * before it excepts keys from the patterns.
   */
  readonly keys?: readonly string[];
  /** Names or patterns of tools whose arguments are not shown. */
  readonly tools?: readonly string[];
  /** True: no tool's arguments are shown. */
  readonly hideArguments?: boolean;
}

/**
 * What of a call's arguments a trail shows. Leaves out the values of keys, at any depth and
 * whatever their case and separators, whole tools, and under any key what looks like a secret.
 */
export class Redaction {
  /** The keys that are redacted where no others are given. */
  static readonly defaultKeys: readonly string[] = native.redactedKeys();
  readonly #handle: RedactionHandle;

  /** @throws TypeError */
  constructor(options: RedactionOptions = {}) {
    const texts = (value: unknown, name: string): string[] =>
      list(value, name).map((each) => text(each, name));
    const { keys = Redaction.defaultKeys, tools = [], hideArguments } = options;
    this.#handle = native.newRedaction(
      texts(keys, 'keys'),
      texts(tools, 'tools'),
      !flag(hideArguments, 'hideArguments'),
    );
  }

  static handleOf(redaction: Redaction): RedactionHandle {
    return redaction.#handle;
  }
}

/** Whom a verified credential says that the caller is. */
export interface AuditSubject {
  readonly name: string;
  /** How it is known: `svid`, `certificate`, … */
  readonly source: string;
  /** The operator's name of the anchor, or the trust domain. */
  readonly entity?: string;
  readonly spiffeId?: string;
  /** Of the certificate's DER, hexadecimal. */
  readonly certificateSha256?: string;
  /** Of an attestation token: `iss`, `sub`, and the level of the issuer. */
  readonly attestationIssuer?: string;
  readonly attestationSubject?: string;
  readonly trustLevel?: 'provider' | 'enterprise';
}

export interface AuditEventOptions {
  readonly redaction?: Redaction;
  readonly traceId?: string;
  readonly peer?: string;
  readonly subject?: AuditSubject;
}

const usual = new Redaction();

/**
 * The fields of the event of a gate's decision: who, what, the verdict and its proof.
 *
 * @throws TypeError
 */
export function auditEvent(decision: Decision, options: AuditEventOptions = {}): string {
  const { redaction = usual, traceId, peer, subject } = options;
  if (!(redaction instanceof Redaction)) throw wrongType(redaction, 'redaction', 'a Redaction');
  const trace = optionalText(traceId, 'traceId');
  const from = optionalText(peer, 'peer');
  const handle = Redaction.handleOf(redaction);
  const who = textsOf(subject);
  return withCall(decision, (block, slot) =>
    native.auditEvent(block, slot, handle, trace, from, who),
  );
}

/** In the order of the engine; what is not known is empty, and then not written. */
function textsOf(subject: AuditSubject | undefined): readonly string[] {
  if (subject === undefined) return Array.from({ length: 8 }, () => '');
  if (typeof subject !== 'object' || subject === null) {
    throw wrongType(subject, 'subject', 'an object');
  }
  const { name, source, entity, spiffeId, certificateSha256 } = subject;
  const { attestationIssuer, attestationSubject, trustLevel } = subject;
  return [
    text(name, 'subject.name'),
    text(source, 'subject.source'),
    optionalText(entity, 'subject.entity') ?? '',
    optionalText(spiffeId, 'subject.spiffeId') ?? '',
    optionalText(certificateSha256, 'subject.certificateSha256') ?? '',
    optionalText(attestationIssuer, 'subject.attestationIssuer') ?? '',
    optionalText(attestationSubject, 'subject.attestationSubject') ?? '',
    optionalText(trustLevel, 'subject.trustLevel') ?? '',
  ];
}

export interface AuditOutcome {
  /** The sequence of the event's line. */
  readonly event: number;
  readonly outcome: 'succeeded' | 'failed' | 'unknown';
  /** What the tool answered, of which size and digest are written. */
  readonly result?: Uint8Array;
  readonly milliseconds?: number;
  /** The name of a code. */
  readonly error?: string;
  /** Whether the tool may have run. */
  readonly dispatched?: boolean;
}

/**
 * The fields of the line that says how a call ended that an event allowed.
 *
 * @throws TypeError; CallgateError INVALID_ARGUMENT
 */
export function auditOutcome(ended: AuditOutcome): string {
  const { event, outcome, result, milliseconds, error, dispatched } = ended;
  if (!Number.isSafeInteger(event) || event < 0) {
    throw new CallgateError('event must be a whole number', 'INVALID_ARGUMENT', 'event');
  }
  if (milliseconds !== undefined && !Number.isFinite(milliseconds)) {
    throw new CallgateError('milliseconds must be finite', 'INVALID_ARGUMENT', 'milliseconds');
  }
  return native.auditOutcome(
    event,
    text(outcome, 'outcome'),
    result === undefined ? undefined : bytes(result, 'result'),
    milliseconds,
    optionalText(error, 'error'),
    dispatched === undefined ? undefined : flag(dispatched, 'dispatched'),
  );
}
