/// <reference lib="esnext.disposable" preserve="true" />
/** callgate decides, for every tool call of an AI agent, whether it may happen. */
import { native } from './native.js';

export { type ErrorCode, errorCodes } from './codes.js';
export type {
  Allowed,
  Decision,
  Denied,
  GuardDecision,
  GuardDenied,
  PolicyAllowed,
  PolicyDecision,
  PolicyDenied,
} from './decision.js';
export {
  createEnvelope,
  type CreateEnvelopeOptions,
  type Envelope,
  verifyEnvelope,
} from './envelope.js';
export {
  CallgateError,
  EnvelopeError,
  JsonError,
  KeyFormatError,
  PolicyError,
  SessionError,
  TokenError,
} from './errors.js';
export { DeniedError } from './denied-error.js';
export type { NowOption } from './check.js';
export { Gate, type GateOptions, type OpenSessionOptions } from './gate.js';
export { Guard, type GuardOptions } from './guard.js';
export { GuardError } from './guard-error.js';
export type { Named, ToolOptions } from './guarded-tool.js';
export type { IssuerKeys, Jwks } from './issuer-keys.js';
export { canonicalize, type Json, type JsonObject } from './json.js';
export { defaultLimits } from './limits.js';
export { Plan, type ReplayKey } from './plan.js';
export {
  type Explanation,
  type LoadPolicyOptions,
  type ParsePolicyOptions,
  PolicySet,
} from './policy-set.js';
export { type PublicJwk, PublicKey, verifyEd25519 } from './public-key.js';
export { type PrivateJwk, SecretKey } from './secret-key.js';
export type { Session } from './session.js';
export {
  assembleToken,
  issueToken,
  type TokenClaims,
  type TokenOptions,
  tokenSigningInput,
  verifyToken,
  type VerifyTokenOptions,
} from './token.js';
export type {
  Charge,
  CodeName,
  Containment,
  Limits,
  LintWarning,
  LoadFault,
  Outcome,
  PolicyChange,
  Protocol,
  SessionState,
  TriedCapability,
  Witness,
} from './types.js';

export const version: string = native.version;
