/** Decisions: whether a call may happen, and why. */
import { jsonText } from './check.js';
import { type CodeName, codeAt } from './codes.js';
import { type DecisionBlock, native, type Verdict } from './native.js';
import { printAs } from './print.js';
import { PublicKey } from './public-key.js';

/** What one capability, whose tool pattern matched, answered to a call it did not allow. */
export interface TriedCapability {
  /** Position in the context's list, from 0. */
  readonly capability: number;
  readonly code: number;
  readonly codeName: CodeName;
  /** Id of the rule in the policy reference, e.g. `"path.dotdot"`. */
  readonly rule: string;
  /** JSON pointer (RFC 6901) into the arguments. */
  readonly where: string | null;
}

/** At most `calls` in any `perSeconds` seconds, counted under `key`; 0 calls: no limit. */
export interface Charge {
  readonly key: string;
  readonly calls: number;
  readonly perSeconds: number;
}

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

interface Call extends Reasons {
  /** JSON text. */
  readonly arguments: string | null;
  /** The session's. */
  readonly publicKey: PublicKey | null;
  /** The envelope's, 64 bytes. */
  readonly signature: Uint8Array | null;
  /** SHA-256 of the bytes that were signed. */
  readonly messageDigest: Uint8Array | null;
  /** {@link PolicySet.digest} of the policy that judged. */
  readonly policyDigest: string | null;
  /** The limits that were charged. */
  readonly charged: readonly Charge[];
  /** A journal record of what this decision changed; empty for nothing. Gate.restoreState reads it. */
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

// The addon keeps decisions by the block, each in a slot of its own that is filled once; what is
// read of one is asked for there. A block is freed when the last of its decisions is collected.
let block = native.newDecisionBlock();
let filled = 0;

/** Asks the addon to decide into a free slot. */
type Decide = (block: DecisionBlock, slot: number) => Verdict;

function reserve(): number {
  if (filled === native.decisionsInBlock) {
    block = native.newDecisionBlock();
    filled = 0;
  }
  return filled++;
}

class PolicyRecord {
  readonly #block: DecisionBlock;
  readonly #slot: number;
  readonly #verdict: Verdict;

  constructor(into: DecisionBlock, slot: number, verdict: Verdict) {
    this.#block = into;
    this.#slot = slot;
    this.#verdict = verdict;
  }

  get allowed(): boolean {
    return this.#verdict % 64 === 0;
  }
  get code(): number | null {
    return this.allowed ? null : codeAt((this.#verdict % 64) - 1).code;
  }
  get codeName(): CodeName | null {
    return this.allowed ? null : codeAt((this.#verdict % 64) - 1).name;
  }
  get capability(): number | null {
    return this.#verdict < 64 ? null : Math.floor(this.#verdict / 64) - 1;
  }
  get reason(): string {
    return this.read(native.decisionReason);
  }
  get rule(): string | null {
    return this.read(native.decisionRule);
  }
  get details(): readonly TriedCapability[] {
    return this.read(native.decisionDetails);
  }
  get charges(): readonly Charge[] {
    return this.read(native.decisionCharges);
  }
  get context(): string | null {
    return this.read(native.decisionContext);
  }
  get maxResponseSize(): number | null {
    return this.read(native.decisionMaxResponseSize);
  }

  checkResponse(result: string | Uint8Array | object): PolicyDecision {
    const json = jsonText(result, 'result', MAX_RESULT_NODES);
    const slot = reserve();
    const verdict = native.decisionCheckResponse(this.#block, this.#slot, json, block, slot);
    return new PolicyRecord(block, slot, verdict) as PolicyDecision;
  }

  toJSON(): Record<string, unknown> {
    const { allowed, code, codeName, reason, capability, rule, details, context } = this;
    return { allowed, code, codeName, reason, capability, rule, details, context };
  }

  protected read<T>(member: (from: DecisionBlock, slot: number) => T): T {
    return member(this.#block, this.#slot);
  }

  static {
    printAs(this.prototype, 'Decision', (decision) => decision.toJSON());
  }
}

// Results are the upstream's to size: maxResponseSize judges their bytes.
const MAX_RESULT_NODES = 2 ** 24;

class CallRecord extends PolicyRecord {
  get sessionId(): string | null {
    return this.read(native.decisionSessionId);
  }
  get subject(): string | null {
    return this.read(native.decisionSubject);
  }
  get method(): string | null {
    return this.read(native.decisionMethod);
  }
  get tool(): string | null {
    return this.read(native.decisionTool);
  }
  get requestId(): string | number | bigint | null {
    const json = this.read(native.decisionRequestId);
    if (json === null) return null;
    const id = JSON.parse(json) as string | number;
    return typeof id === 'string' || Number.isSafeInteger(id) ? id : BigInt(json);
  }
  get arguments(): string | null {
    return this.read(native.decisionArguments);
  }
  get publicKey(): PublicKey | null {
    const key = this.read(native.decisionPublicKey);
    return key === null ? null : PublicKey.of(key);
  }
  get signature(): Uint8Array | null {
    return this.read(native.decisionSignature);
  }
  get messageDigest(): Uint8Array | null {
    return this.read(native.decisionMessageDigest);
  }
  get policyDigest(): string | null {
    return this.read(native.decisionPolicyDigest);
  }
  get charged(): readonly Charge[] {
    return this.read(native.decisionCharged);
  }
  get effects(): Uint8Array {
    return this.read(native.decisionEffects);
  }

  override toJSON(): Record<string, unknown> {
    const { sessionId, subject, method, tool } = this;
    // A bigint has no JSON.
    const requestId = typeof this.requestId === 'bigint' ? `${this.requestId}` : this.requestId;
    return { ...super.toJSON(), sessionId, subject, method, tool, requestId };
  }
}

class AllowedRecord extends CallRecord {
  get payload(): string | null {
    return this.read(native.decisionPayload);
  }
}

class DeniedRecord extends CallRecord {
  get retryAfter(): number | null {
    const milliseconds = this.read(native.decisionRetryAfter);
    return milliseconds === null ? null : milliseconds / 1000;
  }
  get cause(): string | null {
    return this.read(native.decisionCause);
  }

  override toJSON(): Record<string, unknown> {
    const { retryAfter, cause } = this;
    return { ...super.toJSON(), retryAfter, cause };
  }
}

/** A decision of policy alone. */
export function policyDecision(decide: Decide): PolicyDecision {
  const slot = reserve();
  return new PolicyRecord(block, slot, decide(block, slot)) as PolicyDecision;
}

/** A decision about a call. */
export function decision(decide: Decide): Decision {
  const slot = reserve();
  const verdict = decide(block, slot);
  return verdict % 64 === 0
    ? (new AllowedRecord(block, slot, verdict) as unknown as Allowed)
    : (new DeniedRecord(block, slot, verdict) as unknown as Denied);
}
