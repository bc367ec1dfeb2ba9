/** What the addon exports for attestation; ../native.ts loads it. */
import type {
  AttestationTrustHandle,
  AttestationVerdictHandle,
  AttestationVerifierHandle,
  AttestedMessageHandle,
  PublicKeyHandle,
  SecretKeyHandle,
  SeenTableHandle,
  Text,
} from '../handles.js';
import type { AttestationReason, SafetyLevel, TrustLevel, VerificationPolicy } from './types.js';

/** Milliseconds since 1970. */
type Milliseconds = number;
type Seconds = number;

/** The members of an issuer, in the places that the addon knows. */
export type NativeIssuerTrust = readonly [
  issuer: string,
  level: TrustLevel,
  keyIds: readonly string[],
  /** As many as `keyIds`. */
  keys: readonly PublicKeyHandle[],
  trustDomains: readonly string[],
  subjectPaths: readonly string[],
  providers: readonly string[],
  modelFamilies: readonly string[],
  longestLifetime: Seconds,
  lowestSafetyLevel: SafetyLevel | undefined,
  deniedKeyIds: readonly string[],
  deniedTokenIds: readonly string[],
  fetchesKeys: boolean,
];

/** What every verification looks at. */
export interface NativeVerdict {
  readonly handle: AttestationVerdictHandle;
  /** Not before a claim that hangs on it was inserted. */
  readonly verified: boolean;
  readonly admitted: boolean;
  /** null where verified. */
  readonly reason: AttestationReason | null;
  readonly needsKey: boolean;
  /** Of a token that verified but for its replay, and with `needsKey`. */
  readonly issuer: string | null;
}

export interface NativeVerdictDetails {
  readonly where: string | null;
  readonly message: string | null;
  readonly keyId: string | null;
  readonly trustLevel: TrustLevel;
  readonly subject: string | null;
  readonly tokenId: string | null;
  /** JSON text. */
  readonly claims: string | null;
  readonly audienceChecked: boolean;
  readonly proven: boolean;
  readonly confirmationThumbprint: string | null;
  readonly expiresAt: Milliseconds | null;
}

/** What a replay table answers to a claim. */
export type SeenStatus = 'inserted' | 'seen' | 'full';

export interface NativeAttestedMessage {
  readonly handle: AttestedMessageHandle;
  readonly kind: 'request' | 'notification' | 'response';
  /** JSON text; null where there is none. */
  readonly id: string | null;
  readonly method: string | null;
  readonly era: 'legacy' | 'modern';
  readonly token: string | null;
  readonly proof: string | null;
  /** The place of a carrier of another shape; null where there is none. */
  readonly carrierFault: string | null;
  /** null where it cannot be formed. */
  readonly requestHash: Uint8Array | null;
  /** Why it cannot be formed, with the place. */
  readonly unhashable: string | null;
}

export interface NativeAttestation {
  attestationReasons(): [
    name: AttestationReason,
    code: number,
    httpStatus: number,
    legacyCode: number,
    meaning: string,
    advice: string,
  ][];

  createAttestationTrust(
    issuers: readonly NativeIssuerTrust[],
    acceptEd25519Alg: boolean,
    types: readonly string[],
  ): AttestationTrustHandle;
  createAttestationVerifier(
    trust: AttestationTrustHandle,
    audience: string | undefined,
    anyAudience: boolean,
    policy: VerificationPolicy,
    rejectInvalid: boolean,
    requiredClaims: readonly string[],
    configHash: string | undefined,
    systemPromptHash: string | undefined,
    requiredCapabilities: readonly string[],
    lowestSafetyLevel: SafetyLevel | undefined,
    skew: Seconds,
    requireProof: boolean,
  ): AttestationVerifierHandle;
  attestationSetTrust(verifier: AttestationVerifierHandle, trust: AttestationTrustHandle): void;
  attestationVerify(
    verifier: AttestationVerifierHandle,
    token: string | undefined,
    now: Milliseconds,
    proof: string | undefined,
    method: string | undefined,
    requestHash: Uint8Array | undefined,
    provenKey: PublicKeyHandle | undefined,
    modern: boolean,
    seen: SeenTableHandle | undefined,
  ): NativeVerdict;
  attestationVerifyMessage(
    verifier: AttestationVerifierHandle,
    message: AttestedMessageHandle,
    now: Milliseconds,
    seen: SeenTableHandle | undefined,
  ): NativeVerdict;
  /** With a time, also whether the token has expired. */
  attestationJudgeAgain(
    verifier: AttestationVerifierHandle,
    verdict: AttestationVerdictHandle,
    now: Milliseconds | undefined,
  ): NativeVerdict;
  attestationRefuse(
    verdict: AttestationVerdictHandle,
    reason: 'replay' | 'unavailable',
  ): NativeVerdict;

  attestationVerdictDetails(verdict: AttestationVerdictHandle): NativeVerdictDetails;
  /**
   * What must be inserted before a verdict counts: 32 bytes of a key, 32 of a bucket, and the
   * digits of the expiry in milliseconds.
   */
  attestationVerdictClaim(verdict: AttestationVerdictHandle): Buffer | null;

  createSeenTable(maxEntries: number, maxPerBucket: number): SeenTableHandle;
  seenInsert(
    table: SeenTableHandle,
    key: Uint8Array,
    bucket: Uint8Array,
    expiresAt: Milliseconds,
    now: Milliseconds,
  ): SeenStatus;
  seenSize(table: SeenTableHandle): number;

  readAttestationJwks(json: Text): {
    readonly keys: [id: string, key: PublicKeyHandle][];
    readonly skipped: [position: number, why: string][];
  };
  readAttestedMessage(json: Text): NativeAttestedMessage;
  attestationRequestHash(params: Text, modern: boolean): Uint8Array;

  issueAttestation(
    claims: Text,
    key: SecretKeyHandle,
    now: Milliseconds,
    keyId: string,
    lifetime: Seconds,
  ): string;
  attestationSigningInput(
    claims: Text,
    now: Milliseconds,
    keyId: string,
    lifetime: Seconds,
  ): Uint8Array;
  issueRequestProof(
    token: string,
    audience: string,
    method: string,
    requestHash: Uint8Array,
    key: SecretKeyHandle,
    now: Milliseconds,
  ): string;
  requestProofSigningInput(
    token: string,
    audience: string,
    method: string,
    requestHash: Uint8Array,
    now: Milliseconds,
  ): Uint8Array;
  assembleAttestation(signingInput: Uint8Array, signature: Uint8Array): string;
}
