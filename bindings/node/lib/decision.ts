/** Decisions: whether a call may happen, and why. */
import type { PublicKey } from './public-key.js';
import type { Charge, CodeName, TriedCapability } from './types.js';

interface Reasons {
  /** One sentence for people. */
  readonly reason: string;
  /** Position of the capability that allowed, or that got furthest; null if none was tried. */
  readonly capability: number | null;
  /** Id of the rule that decided; null where policy was not reached. */
  readonly rule: string | null;
  /** Every capability that was tried and did not allow, in the context's order. */
  readonly details: readonly TriedCapability[];
  /** The limits that the call would be charged to: the first with room is taken. */
  readonly charges: readonly Charge[];
  /** Name of the SecurityContext. */
  readonly context: string | null;
  /** Bytes; null for no limit. */
  readonly maxResponseSize: number | null;
  /**
   * Judges the JSON-RPC `result` of this call: allowed when its compact UTF-8 form is within
   * `maxResponseSize`, else OUTPUT_SIZE_EXCEEDED. Never allows what was denied.
   *
   * @param result - JSON text, or an object or array
   * @throws TypeError; CallgateError LIMIT_EXCEEDED for an object nested too deep to be judged
   */
  checkResponse(result: string | Uint8Array | object): PolicyDecision;
}

interface Yes {
  readonly allowed: true;
  readonly code: null;
  readonly codeName: null;
}

interface No {
  readonly allowed: false;
  /** The number on SMCP paths. */
  readonly code: number;
  readonly codeName: CodeName;
}

export interface PolicyAllowed extends Yes, Reasons {}
export interface PolicyDenied extends No, Reasons {}

/** The answer of policy alone, told apart by `allowed`. It never changes. */
export type PolicyDecision = PolicyAllowed | PolicyDenied;

/** A call that a guard denies. */
export interface GuardDenied extends PolicyDenied {
  /** Seconds after which a call has room again, with RATE_LIMIT_EXCEEDED and CLOCK_STEPPED. */
  readonly retryAfter: number | null;
}

/** The answer of a guard, told apart by `allowed`. It never changes. */
export type GuardDecision = PolicyAllowed | GuardDenied;

interface Call extends Reasons {
  /** JSON text. */
  readonly arguments: string | null;
  /** The session's. */
  readonly publicKey: PublicKey | null;
  /** The envelope's, 64 bytes. */
  readonly signature: Uint8Array | null;
  /** What was verified with all of its members, also of a call that is denied. */
  readonly signedPayload: string | null;
  /** The envelope's as it was sent, of which the whole seconds are signed. */
  readonly timestamp: string | null;
  /** SHA-256 of the security token. */
  readonly tokenDigest: Uint8Array | null;
  /** SHA-256 of the bytes that were signed. */
  readonly messageDigest: Uint8Array | null;
  /** {@link PolicySet.digest} of the policy that judged. */
  readonly policyDigest: string | null;
  /** The limits that were charged. */
  readonly charged: readonly Charge[];
  /** A journal record of what this decision changed, for `Gate.restoreState`; may be empty. */
  readonly effects: Uint8Array;
}

/** A call that may happen. */
export interface Allowed extends Yes, Call {
  /**
   * What was verified, and may be forwarded: JSON-RPC text, compact, without line breaks, digits as
   * they were signed.
   */
  readonly payload: string;
  readonly sessionId: string;
  /** The token's `sub`. */
  readonly subject: string;
  readonly context: string;
  readonly method: 'tools/call' | 'tools/list';
  /** null for `tools/list`. */
  readonly tool: string | null;
  /** The payload's `id`; a bigint where a number would not hold it. */
  readonly requestId: string | number | bigint;
}

/** A call that may not happen. What of the call was verified is there, the rest is null. */
export interface Denied extends No, Call {
  /** SHA-256 of an envelope whose signature did not verify. */
  readonly envelopeDigest: Uint8Array | null;
  readonly sessionId: string | null;
  readonly subject: string | null;
  readonly method: string | null;
  readonly tool: string | null;
  readonly requestId: string | number | bigint | null;
  /** Seconds after which a call has room again, with RATE_LIMIT_EXCEEDED. */
  readonly retryAfter: number | null;
  /** Finer than the code, with REPLAY_DETECTED. */
  readonly cause: 'outside_window' | 'already_seen' | null;
}

/** The answer of a gate, told apart by `allowed`. It never changes. */
export type Decision = Allowed | Denied;
