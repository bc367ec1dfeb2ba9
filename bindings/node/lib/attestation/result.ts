/** What came of one verification. */
import { printAs } from '../print.js';
import type { AttestationVerdictHandle } from '../handles.js';
import { native } from '../native.js';
import type { NativeVerdict, NativeVerdictDetails } from './native.js';
import { reasonRow } from './reasons.js';
import type {
  AttestationClaims,
  AttestationErrorCode,
  AttestationReason,
  TrustLevel,
} from './types.js';

/**
 * What came of one verification. Issuer, subject and claims are set where it is
 * `verified`; without it, nothing is known of the caller.
 */
export interface VerificationResult {
  readonly verified: boolean;
  /** Whether the policy lets the caller in: a caller without a token may be, under `preferred`. */
  readonly admitted: boolean;
  /** Why not; null where verified. */
  readonly reason: AttestationReason | null;
  /** The place: `"header/alg"`, `"claims/exp"`; null where there is none. */
  readonly where: string | null;
  readonly trustLevel: TrustLevel;
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly claims?: AttestationClaims | undefined;
  /** The names of the claims that were verified. */
  readonly verifiedClaims: readonly string[];
  /** A sentence that holds nothing of the token. */
  readonly error?: string | undefined;
  /** The JSON-RPC code in `initialize`. Tell failures apart by `reason`, which is finer. */
  readonly errorCode?: AttestationErrorCode | undefined;
  /** Whether `aud` was compared: false with `ANY_AUDIENCE`. */
  readonly audienceChecked: boolean;
  /** Whether possession of the key that the token names (`cnf`) was proven. */
  readonly proven: boolean;
  /** The `kid` that verified it. */
  readonly keyId?: string | undefined;
  /** `jti`. */
  readonly tokenId?: string | undefined;
  /** RFC 7638 thumbprint of the key in `cnf`. */
  readonly confirmationThumbprint?: string | undefined;
  /** `exp`. */
  readonly expiresAt?: Date | undefined;
}

const VERIFIED_CLAIMS: readonly string[] = Object.freeze([
  'agent_identity',
  'attestation_metadata',
]);
const NO_CLAIMS: readonly string[] = Object.freeze([]);

/** What a verifier answers: reads as {@link VerificationResult}, and cannot be made otherwise. */
export class Verdict implements VerificationResult {
  readonly #native: NativeVerdict;
  #details: NativeVerdictDetails | undefined;
  #claims: AttestationClaims | undefined;

  constructor(verdict: NativeVerdict) {
    this.#native = verdict;
  }

  get verified(): boolean {
    return this.#native.verified;
  }

  get admitted(): boolean {
    return this.#native.admitted;
  }

  get reason(): AttestationReason | null {
    return this.#native.reason;
  }

  get where(): string | null {
    return this.#read().where;
  }

  get trustLevel(): TrustLevel {
    return this.#read().trustLevel;
  }

  get issuer(): string | undefined {
    return this.#ifVerified(this.#native.issuer);
  }

  get subject(): string | undefined {
    return this.#ifVerified(this.#read().subject);
  }

  get claims(): AttestationClaims | undefined {
    const json = this.#ifVerified(this.#read().claims);
    if (json !== undefined) this.#claims ??= JSON.parse(json) as AttestationClaims;
    return this.#claims;
  }

  get verifiedClaims(): readonly string[] {
    return this.#native.verified ? VERIFIED_CLAIMS : NO_CLAIMS;
  }

  get error(): string | undefined {
    return this.#read().message ?? undefined;
  }

  get errorCode(): AttestationErrorCode | undefined {
    const { reason } = this.#native;
    return reason === null ? undefined : (reasonRow(reason).legacyCode as AttestationErrorCode);
  }

  get audienceChecked(): boolean {
    return this.#read().audienceChecked;
  }

  get proven(): boolean {
    return this.#read().proven;
  }

  get keyId(): string | undefined {
    return this.#ifVerified(this.#read().keyId);
  }

  get tokenId(): string | undefined {
    return this.#ifVerified(this.#read().tokenId);
  }

  get confirmationThumbprint(): string | undefined {
    return this.#ifVerified(this.#read().confirmationThumbprint);
  }

  get expiresAt(): Date | undefined {
    const at = this.#ifVerified(this.#read().expiresAt);
    return at === undefined ? undefined : new Date(at);
  }

  /** All that it says, for JSON. */
  toJSON(): VerificationResult {
    return describe(this);
  }

  /** @internal */
  static handleOf(verdict: Verdict): AttestationVerdictHandle {
    return verdict.#native.handle;
  }

  /** @internal */
  static isVerdict(value: unknown): value is Verdict {
    return typeof value === 'object' && value !== null && #native in value;
  }

  static {
    printAs(this.prototype, 'VerificationResult', (verdict) => ({ ...describe(verdict) }));
  }

  #read(): NativeVerdictDetails {
    return (this.#details ??= native.attestationVerdictDetails(this.#native.handle));
  }

  #ifVerified<T>(value: T | null): T | undefined {
    return this.#native.verified && value !== null ? value : undefined;
  }
}

/**
 * A result as a verifier gives it for these claims, for tests and adapters. Nothing was verified:
 * no part of this package takes it for a caller's attestation.
 */
export function createSuccessResult(
  claims: AttestationClaims,
  trustLevel: TrustLevel = 'provider',
): VerificationResult {
  return Object.freeze({
    verified: true,
    admitted: true,
    reason: null,
    where: null,
    trustLevel,
    issuer: claims.iss,
    subject: claims.sub,
    claims,
    verifiedClaims: VERIFIED_CLAIMS,
    audienceChecked: false,
    proven: false,
    tokenId: claims.jti,
    expiresAt: new Date(claims.exp * 1000),
  });
}

/** A result of a token that was not verified, for tests and adapters. */
export function createFailureResult(
  error: string,
  errorCode: AttestationErrorCode,
): VerificationResult {
  return Object.freeze({
    verified: false,
    admitted: false,
    reason: REASONS[errorCode],
    where: null,
    trustLevel: 'none',
    verifiedClaims: NO_CLAIMS,
    error,
    errorCode,
    audienceChecked: false,
    proven: false,
  });
}

const REASONS: Readonly<Record<AttestationErrorCode, AttestationReason>> = {
  [-32001]: 'not_provided',
  [-32002]: 'malformed',
  [-32003]: 'expired',
  [-32004]: 'replay',
  [-32005]: 'untrusted_issuer',
  [-32006]: 'claims',
};

function describe(verdict: Verdict): VerificationResult {
  const { verified, admitted, reason, where, trustLevel, verifiedClaims } = verdict;
  const { audienceChecked, proven } = verdict;
  return {
    verified,
    admitted,
    reason,
    where,
    trustLevel,
    issuer: verdict.issuer,
    subject: verdict.subject,
    claims: verdict.claims,
    verifiedClaims,
    error: verdict.error,
    errorCode: verdict.errorCode,
    audienceChecked,
    proven,
    keyId: verdict.keyId,
    tokenId: verdict.tokenId,
    confirmationThumbprint: verdict.confirmationThumbprint,
    expiresAt: verdict.expiresAt,
  };
}
