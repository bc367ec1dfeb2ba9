/** Decisions as they are made and read. What they are for users is decision.ts. */
import { jsonText, wrongType } from './check.js';
import { codeAt } from './codes.js';
import type { Allowed, Decision, Denied, GuardDecision, PolicyDecision } from './decision.js';
import type { DecisionBlock } from './handles.js';
import { native, type PackedDecision } from './native.js';
import { printAs } from './print.js';
import { PublicKey } from './public-key.js';
import type { Charge, CodeName, TriedCapability } from './types.js';

// How many codes a packed decision tells apart.
const CODES = native.codesInPacked;

// The addon keeps decisions by the block, each in a slot of its own that is filled once; what is
// read of one is asked for there. A block is freed when the last of its decisions is collected.
let block = native.newDecisionBlock();
let filled = 0;

/** Asks the addon to decide into a free slot. */
type Decide = (block: DecisionBlock, slot: number) => PackedDecision;

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
  readonly #packed: PackedDecision;

  constructor(into: DecisionBlock, slot: number, packed: PackedDecision) {
    this.#block = into;
    this.#slot = slot;
    this.#packed = packed;
  }

  get allowed(): boolean {
    return this.#packed % CODES === 0;
  }
  get code(): number | null {
    return this.allowed ? null : codeAt((this.#packed % CODES) - 1).code;
  }
  get codeName(): CodeName | null {
    return this.allowed ? null : codeAt((this.#packed % CODES) - 1).name;
  }
  get capability(): number | null {
    return this.#packed < CODES ? null : Math.floor(this.#packed / CODES) - 1;
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
    const packed = native.decisionCheckResponse(this.#block, this.#slot, json, block, slot);
    return new PolicyRecord(block, slot, packed) as PolicyDecision;
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
export const MAX_RESULT_NODES: number = 2 ** 24;

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
  get signedPayload(): string | null {
    return this.read(native.decisionSignedPayload);
  }
  get timestamp(): string | null {
    return this.read(native.decisionTimestamp);
  }
  get tokenDigest(): Uint8Array | null {
    return this.read(native.decisionTokenDigest);
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

  static readOf<T>(call: CallRecord, member: (from: DecisionBlock, slot: number) => T): T {
    return call.read(member);
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

function retryAfter(from: DecisionBlock, slot: number): number | null {
  const milliseconds = native.decisionRetryAfter(from, slot);
  return milliseconds === null ? null : milliseconds / 1000;
}

class GuardDeniedRecord extends PolicyRecord {
  get retryAfter(): number | null {
    return this.read(retryAfter);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), retryAfter: this.retryAfter };
  }
}

class DeniedRecord extends CallRecord {
  get envelopeDigest(): Uint8Array | null {
    return this.read(native.decisionEnvelopeDigest);
  }
  get retryAfter(): number | null {
    return this.read(retryAfter);
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

/** A decision of a guard. */
export function guardDecision(decide: Decide): GuardDecision {
  const slot = reserve();
  const packed = decide(block, slot);
  const Record = packed % CODES === 0 ? PolicyRecord : GuardDeniedRecord;
  return new Record(block, slot, packed) as GuardDecision;
}

/** A decision about a call. */
export function decision(decide: Decide): Decision {
  const slot = reserve();
  const packed = decide(block, slot);
  return packed % CODES === 0
    ? (new AllowedRecord(block, slot, packed) as unknown as Allowed)
    : (new DeniedRecord(block, slot, packed) as unknown as Denied);
}

/** Asks the addon about a decision that a gate made. Throws TypeError for anything else. */
export function withCall<T>(call: unknown, ask: (from: DecisionBlock, slot: number) => T): T {
  if (!(call instanceof CallRecord)) throw wrongType(call, 'decision', 'a decision of a gate');
  return CallRecord.readOf(call, ask);
}
