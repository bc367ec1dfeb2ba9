/// <reference lib="esnext.disposable" preserve="true" />
/** callgate decides, for every tool call of an AI agent, whether it may happen. */
import { native } from './native.js';

export { type CodeName, type ErrorCode, errorCodes } from './codes.js';
export type {
  Allowed,
  Charge,
  Decision,
  Denied,
  PolicyAllowed,
  PolicyDecision,
  PolicyDenied,
  TriedCapability,
} from './decision.js';
export {
  createEnvelope,
  type CreateEnvelopeOptions,
  type Envelope,
  type Protocol,
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
export { Gate, type GateOptions, type NowOption, type OpenSessionOptions } from './gate.js';
export type { IssuerKeys, Jwks } from './issuer-keys.js';
export { canonicalize, type Json, type JsonObject } from './json.js';
export { defaultLimits, type Limits } from './limits.js';
export { type Outcome, Plan, type ReplayKey } from './plan.js';
export {
  type Containment,
  type LintWarning,
  type LoadPolicyOptions,
  type ParsePolicyOptions,
  type PolicyChange,
  PolicySet,
  type Witness,
} from './policy-set.js';
export { type PublicJwk, PublicKey, verifyEd25519 } from './public-key.js';
export { type PrivateJwk, SecretKey } from './secret-key.js';
export type { Session, SessionState } from './session.js';
export {
  assembleToken,
  issueToken,
  type TokenClaims,
  type TokenOptions,
  tokenSigningInput,
  verifyToken,
  type VerifyTokenOptions,
} from './token.js';

export const version: string = native.version;
