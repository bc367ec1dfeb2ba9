/** The loader of the addon, and the types of what it exports. Nothing else imports the addon. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import load from 'node-gyp-build';
import type { NativeAttestation } from './attestation/native.js';
import type {
  DecisionBlock,
  GateHandle,
  GuardHandle,
  IssuerKeysHandle,
  PlanHandle,
  PolicySetHandle,
  PublicKeyHandle,
  RedactionHandle,
  SecretKeyHandle,
  Text,
} from './handles.js';
import type {
  Charge,
  CodeName,
  Containment,
  ErrorClassName,
  Limits,
  LintWarning,
  LoadFault,
  Outcome,
  PolicyChange,
  Protocol,
  SessionState,
  TriedCapability,
} from './types.js';

/** Milliseconds since 1970. */
type Milliseconds = number;
type Seconds = number;
/** Values of all limits, in the order of their names in `limits()`. */
type LimitValues = readonly number[] | undefined;
/** 0 when allowed, else 1 + the position of the code; plus `codesInPacked` × (1 + the capability). */
export type PackedDecision = number;

export interface NativeClaims {
  readonly subject: string;
  readonly scope: string;
  readonly id: string | null;
  readonly keyId: string;
  readonly keyThumbprint: string | null;
  readonly issuedAt: Milliseconds;
  readonly notBefore: Milliseconds | null;
  readonly expiresAt: Milliseconds;
  readonly json: string;
}

export interface NativeEnvelope {
  readonly payload: string;
  readonly timestamp: Milliseconds;
  readonly securityToken: string;
  readonly protocol: Protocol;
}

export interface NativeSession {
  readonly id: string;
  readonly subject: string;
  readonly context: string;
  readonly publicKey: PublicKeyHandle;
  readonly parent: string | null;
  readonly root: string;
  readonly state: SessionState;
  readonly expiresAt: Milliseconds;
  readonly effects: Uint8Array;
}

/** Reads one member of the decision in a slot. */
type Read<T> = (block: DecisionBlock, slot: number) => T;

type MakeError = (
  className: ErrorClassName,
  code: number,
  message: string,
  where: string | null,
) => Error;

interface Native extends NativeAttestation {
  readonly version: string;

  codes(): [name: CodeName, code: number, sealCode: number, meaning: string][];
  onError(make: MakeError): void;

  /** Keys and values in turn. */
  splitObject(json: Text, maxBytes: number): readonly (string | Uint8Array)[];
  canonicalize(json: Text, room: Uint8Array): number | Uint8Array;

  publicKeyFromBytes(bytes: Uint8Array): PublicKeyHandle;
  publicKeyFromBase64(text: string): PublicKeyHandle;
  publicKeyFromJwk(json: Text): PublicKeyHandle;
  publicKeyFromPem(pem: Text): PublicKeyHandle;
  publicKeyToBytes(key: PublicKeyHandle): Uint8Array;
  publicKeyToBase64(key: PublicKeyHandle): string;
  publicKeyToJwk(key: PublicKeyHandle): string;
  publicKeyToPem(key: PublicKeyHandle): string;
  publicKeyThumbprint(key: PublicKeyHandle): string;
  publicKeyVerify(key: PublicKeyHandle, signature: Uint8Array, message: Text): boolean;
  verifyRaw(publicKey: Uint8Array, signature: Uint8Array, message: Text): boolean;

  secretKeyGenerate(): SecretKeyHandle;
  secretKeyFromBytes(seed: Uint8Array): SecretKeyHandle;
  secretKeyFromJwk(json: Text): SecretKeyHandle;
  secretKeyFromPem(pem: Text): SecretKeyHandle;
  secretKeyToBytes(key: SecretKeyHandle): Uint8Array;
  secretKeyToJwk(key: SecretKeyHandle): string;
  secretKeyToPem(key: SecretKeyHandle): string;
  secretKeyPublicKey(key: SecretKeyHandle): PublicKeyHandle;
  secretKeySign(key: SecretKeyHandle, message: Text): Uint8Array;
  secretKeyClose(key: SecretKeyHandle): void;

  limits(): Limits;

  issuerKeysFromIds(ids: readonly string[], keys: readonly PublicKeyHandle[]): IssuerKeysHandle;
  issuerKeysFromList(keys: readonly PublicKeyHandle[]): IssuerKeysHandle;
  issuerKeysFromJwks(json: Text): IssuerKeysHandle;
  verifyToken(
    token: Text,
    keys: IssuerKeysHandle,
    now: Milliseconds,
    issuer: string | undefined,
    audience: string | undefined,
    leeway: Seconds,
    acceptAnyAudience: boolean,
  ): NativeClaims;
  issueToken(
    claims: Text,
    key: SecretKeyHandle,
    now: Milliseconds,
    kid: string | undefined,
    lifetime: Seconds,
  ): string;
  tokenSigningInput(
    claims: Text,
    now: Milliseconds,
    kid: string | undefined,
    lifetime: Seconds,
  ): Uint8Array;
  assembleToken(signingInput: Text, signature: Uint8Array): string;

  createEnvelope(
    payload: Text,
    token: Text,
    key: SecretKeyHandle,
    now: Milliseconds,
    seal: boolean,
  ): Uint8Array;
  verifyEnvelope(data: Text, key: PublicKeyHandle): NativeEnvelope;

  readonly decisionsInBlock: number;
  readonly codesInPacked: number;
  newDecisionBlock(): DecisionBlock;
  readonly decisionReason: Read<string>;
  readonly decisionRule: Read<string | null>;
  readonly decisionDetails: Read<TriedCapability[]>;
  readonly decisionCharges: Read<Charge[]>;
  readonly decisionPayload: Read<string | null>;
  readonly decisionSignedPayload: Read<string | null>;
  readonly decisionTimestamp: Read<string | null>;
  readonly decisionTokenDigest: Read<Uint8Array | null>;
  readonly decisionEnvelopeDigest: Read<Uint8Array | null>;
  readonly decisionSessionId: Read<string | null>;
  readonly decisionSubject: Read<string | null>;
  readonly decisionContext: Read<string | null>;
  readonly decisionMethod: Read<string | null>;
  readonly decisionTool: Read<string | null>;
  readonly decisionRequestId: Read<string | null>;
  readonly decisionArguments: Read<string | null>;
  readonly decisionPublicKey: Read<PublicKeyHandle | null>;
  readonly decisionSignature: Read<Uint8Array | null>;
  readonly decisionMessageDigest: Read<Uint8Array | null>;
  readonly decisionPolicyDigest: Read<string | null>;
  readonly decisionCharged: Read<Charge[]>;
  readonly decisionMaxResponseSize: Read<number | null>;
  readonly decisionRetryAfter: Read<Milliseconds | null>;
  readonly decisionCause: Read<string | null>;
  readonly decisionEffects: Read<Uint8Array>;
  decisionCheckResponse(
    block: DecisionBlock,
    slot: number,
    result: Text,
    into: DecisionBlock,
    intoSlot: number,
  ): PackedDecision;

  redactedKeys(): readonly string[];
  newRedaction(
    keys: readonly string[],
    tools: readonly string[],
    showsArguments: boolean,
  ): RedactionHandle;
  auditEvent(
    block: DecisionBlock,
    slot: number,
    redaction: RedactionHandle,
    traceId: string | undefined,
    peer: string | undefined,
    subject: readonly string[],
  ): string;
  auditOutcome(
    event: number,
    outcome: string,
    result: Uint8Array | undefined,
    milliseconds: Milliseconds | undefined,
    error: string | undefined,
    dispatched: boolean | undefined,
  ): string;

  policyParse(text: Text, filename: string, limits: LimitValues): PolicySetHandle;
  policyLoadSync(path: string, limits: LimitValues): PolicySetHandle;
  policyLoad(path: string, limits: LimitValues): Promise<PolicySetHandle>;
  policyCheck(text: Text, filename: string, limits: LimitValues): LoadFault[];
  policyCheckFiles(path: string, limits: LimitValues): LoadFault[];
  policyExplain(
    policy: PolicySetHandle,
    context: string,
    tool: string,
    args: Text,
  ): { readonly cause: string; readonly tried: string[] };
  policyEvaluate(
    policy: PolicySetHandle,
    context: string,
    tool: string,
    args: Text,
    into: DecisionBlock,
    intoSlot: number,
  ): PackedDecision;
  policyContains(policy: PolicySetHandle, parent: string, child: string): Containment;
  policyDiff(
    policy: PolicySetHandle,
    context: string,
    other: PolicySetHandle,
    otherContext: string,
  ): PolicyChange[];
  policyCouldAllow(policy: PolicySetHandle, context: string, tools: readonly string[]): string[];
  policyLint(policy: PolicySetHandle): LintWarning[];
  policyContextNames(policy: PolicySetHandle): string[];
  policyDigest(policy: PolicySetHandle): string;

  readonly defaultWindow: Milliseconds;
  createGate(
    policy: PolicySetHandle,
    keys: IssuerKeysHandle,
    issuer: string | undefined,
    audience: string | undefined,
    leeway: Seconds,
    acceptAnyAudience: boolean,
    window: Milliseconds,
    limits: LimitValues,
  ): GateHandle;
  gateAuthorize(
    gate: GateHandle,
    data: Text,
    now: Milliseconds,
    into: DecisionBlock,
    intoSlot: number,
  ): PackedDecision;
  gatePlan(gate: GateHandle, data: Text, now: Milliseconds): PlanHandle;
  gateSetPolicy(gate: GateHandle, policy: PolicySetHandle): void;
  gateSetOfferedTools(gate: GateHandle, patterns: string[] | null): void;
  gateSetIssuerKeys(gate: GateHandle, keys: IssuerKeysHandle): void;
  gateResetClock(gate: GateHandle, now: Milliseconds): Uint8Array;
  gateExportState(gate: GateHandle): Uint8Array;
  gateRestoreState(gate: GateHandle, state: Uint8Array, effects: readonly Uint8Array[]): void;

  gateOpenSession(
    gate: GateHandle,
    token: Text,
    publicKey: PublicKeyHandle,
    parent: string | undefined,
    now: Milliseconds,
  ): NativeSession;
  gateRenewSession(gate: GateHandle, id: string, token: Text, now: Milliseconds): NativeSession;
  gateEndSession(gate: GateHandle, id: string): NativeSession;
  gateRevokeSession(gate: GateHandle, id: string): NativeSession;
  gateFindSession(gate: GateHandle, id: string): NativeSession | null;
  gateIsOpen(gate: GateHandle, id: string): boolean;

  createGuard(policy: PolicySetHandle, limits: LimitValues): GuardHandle;
  guardCheck(
    guard: GuardHandle,
    subject: string,
    context: string,
    tool: string,
    args: Text,
    now: Milliseconds,
    into: DecisionBlock,
    intoSlot: number,
  ): PackedDecision;
  guardSetPolicy(guard: GuardHandle, policy: PolicySetHandle): void;
  guardResetClock(guard: GuardHandle, now: Milliseconds): void;

  planReplayKey(plan: PlanHandle): [publicKey: PublicKeyHandle, signature: Uint8Array] | null;
  planSessions(plan: PlanHandle): string[];
  planTimestamp(plan: PlanHandle): Milliseconds | null;
  planWindow(plan: PlanHandle): Milliseconds;
  planCharges(plan: PlanHandle): Charge[][];
  planFinish(
    plan: PlanHandle,
    outcome: Outcome['outcome'],
    detail: readonly number[] | Milliseconds | undefined,
    into: DecisionBlock,
    intoSlot: number,
  ): PackedDecision;
}

function loadAddon(): Native {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  try {
    return load(root) as Native;
  } catch (cause) {
    throw new Error(
      `callgate has no addon for ${process.platform}-${process.arch}. Build it from a checkout ` +
        'of callgate, with its C++ dependencies installed: npm ci && npm run build',
      { cause },
    );
  }
}

export const native: Native = loadAddon();
