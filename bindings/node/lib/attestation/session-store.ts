/** The attestation of each session, and the requirements of tools. */
import type { VerificationResult } from './result.js';
import {
  type AgentIdentity,
  type AttestationMetadata,
  type AttestationReason,
  TrustLevel,
} from './types.js';
import { oneOf } from './issuer-trust.js';

/** Who a session's agent is; unknown without `verified`. */
export interface AttestationContext {
  readonly verified: boolean;
  readonly trustLevel: TrustLevel;
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly agentIdentity?: AgentIdentity | undefined;
  readonly attestationMetadata?: AttestationMetadata | undefined;
  readonly expiresAt?: Date | undefined;
  readonly reason?: AttestationReason | null;
  readonly error?: string | undefined;
}

export function createAttestationContext(result: VerificationResult): AttestationContext {
  const { verified, trustLevel, issuer, subject, claims, expiresAt, reason, error } = result;
  return Object.freeze({
    verified,
    trustLevel,
    issuer,
    subject,
    agentIdentity: claims?.agent_identity,
    attestationMetadata: claims?.attestation_metadata,
    expiresAt,
    reason,
    error,
  });
}

/** Contexts by session id. Delete them when sessions end: nothing else does. */
export class AttestationSessionStore {
  readonly #contexts = new Map<string, AttestationContext>();

  /** Replaces what was known of the session. */
  set(sessionId: string, context: AttestationContext): void {
    this.#contexts.set(sessionId, context);
  }

  get(sessionId: string): AttestationContext | undefined {
    return this.#contexts.get(sessionId);
  }

  isVerified(sessionId: string): boolean {
    return this.#contexts.get(sessionId)?.verified === true;
  }

  /** `none` for a session that is not verified. */
  getTrustLevel(sessionId: string): TrustLevel {
    const context = this.#contexts.get(sessionId);
    return context?.verified === true ? context.trustLevel : TrustLevel.NONE;
  }

  delete(sessionId: string): void {
    this.#contexts.delete(sessionId);
  }

  clear(): void {
    this.#contexts.clear();
  }

  get size(): number {
    return this.#contexts.size;
  }
}

export interface RequiredAttestation {
  /** At least this level: none < enterprise < provider. */
  readonly trustLevel?: TrustLevel;
  readonly issuer?: string;
  readonly check?: (context: AttestationContext) => boolean;
}

const ORDER: readonly TrustLevel[] = [TrustLevel.NONE, TrustLevel.ENTERPRISE, TrustLevel.PROVIDER];

/** Whether a context is verified and meets the requirement; false for no context. */
export function satisfies(
  context: AttestationContext | undefined,
  required: RequiredAttestation = {},
): boolean {
  if (context?.verified !== true) return false;
  const { trustLevel = TrustLevel.NONE, issuer, check } = required;
  const least = ORDER.indexOf(oneOf(ORDER, trustLevel, 'trustLevel'));
  if (ORDER.indexOf(context.trustLevel) < least) return false;
  if (issuer !== undefined && context.issuer !== issuer) return false;
  return check === undefined || check(context) === true;
}

/** The same of a stored session. @throws TypeError for an unknown trust level; what `check` throws */
export function requireAttestation(
  store: AttestationSessionStore,
  sessionId: string,
  required: RequiredAttestation = {},
): boolean {
  return satisfies(store.get(sessionId), required);
}
