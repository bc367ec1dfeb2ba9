/** What an attack is, and what came of it. */
import type { AttestationProvider } from '../provider.js';
import type { VerificationResult } from '../result.js';
import type { KeyPair } from '../keys.js';
import type { AgentIdentity, AttestationReason } from '../types.js';
import type { AttestationVerifier } from '../verifier.js';
import type { AttestationVerifierConfig } from '../verifier-config.js';

export const AttackType = {
  MODEL_SPOOFING: 'model_spoofing',
  PROVENANCE_FORGERY: 'provenance_forgery',
  TOKEN_REPLAY: 'token_replay',
  TOKEN_TAMPERING: 'token_tampering',
  ISSUER_SPOOFING: 'issuer_spoofing',
  DOWNGRADE_ATTACK: 'downgrade_attack',
  AUDIENCE_MISMATCH: 'audience_mismatch',
  SAFETY_DOWNGRADE: 'safety_downgrade',
} as const;
export type AttackType = (typeof AttackType)[keyof typeof AttackType];

export interface AttackResult {
  readonly attackType: AttackType;
  readonly attackName: string;
  readonly description: string;
  /** The harmless request was verified, and every try was refused for the reason that it must be. */
  readonly blocked: boolean;
  /** Of the last try that was refused. */
  readonly errorMessage?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Who is attacked: an issuer, its server, and an agent that is what it says. */
export interface Scene {
  readonly issuer: string;
  readonly server: string;
  readonly identity: AgentIdentity;
  readonly keyPair: KeyPair;
  readonly provider: AttestationProvider;
  /** A new server, which has seen nothing. */
  verifier(given?: Partial<AttestationVerifierConfig>): AttestationVerifier;
}

/** One thing that the attacker tries, and why it must fail. */
export interface Try {
  readonly what: string;
  readonly expected: AttestationReason;
  readonly result: VerificationResult;
}

export interface Attack {
  readonly type: AttackType;
  readonly name: string;
  readonly description: string;
  /** Performs it: the harmless request first, then each try. */
  perform(scene: Scene): Promise<{ harmless: VerificationResult; tries: readonly Try[] }>;
}
