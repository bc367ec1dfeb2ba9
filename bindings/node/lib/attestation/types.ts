/** Names and shapes of agent attestation: what a token says, and what a server answers. */

/** Who vouches for the agent: the model's provider, or the enterprise that deployed it. */
export const AttestationType = { PROVIDER: 'provider', ENTERPRISE: 'enterprise' } as const;
export type AttestationType = (typeof AttestationType)[keyof typeof AttestationType];

/** How strictly the model was configured, as its issuer says: minimal < standard < enhanced. */
export const SafetyLevel = {
  STANDARD: 'standard',
  ENHANCED: 'enhanced',
  MINIMAL: 'minimal',
} as const;
export type SafetyLevel = (typeof SafetyLevel)[keyof typeof SafetyLevel];

/** What a server wants: a verified token, or to be told whether there was one. */
export const VerificationPolicy = {
  REQUIRED: 'required',
  PREFERRED: 'preferred',
  OPTIONAL: 'optional',
} as const;
export type VerificationPolicy = (typeof VerificationPolicy)[keyof typeof VerificationPolicy];

/** How far a verified token is trusted: none < enterprise < provider. Configured per issuer. */
export const TrustLevel = { PROVIDER: 'provider', ENTERPRISE: 'enterprise', NONE: 'none' } as const;
export type TrustLevel = (typeof TrustLevel)[keyof typeof TrustLevel];

/** Of the claims and of the carrier in `initialize`. */
export const ATTESTATION_VERSION = '0.1.0';
/** Of issued tokens, unless a provider is told otherwise. */
export const DEFAULT_TOKEN_LIFETIME_SECONDS = 300;
/** How far clocks may differ, unless a verifier is told otherwise. */
export const CLOCK_SKEW_SECONDS = 30;
/** The key of the carrier in `capabilities.experimental` of `initialize`. */
export const ATTESTATION_CAPABILITY_KEY = 'security.attestation';
/** The extension of MCP 2026-07-28 and later, and the key of the carrier in `_meta`. */
export const ATTESTATION_EXTENSION_ID = 'dev.callgate/agent-attestation';

/** JSON-RPC error codes in `initialize`. Other requests have those of {@link attestationReasons}. */
export const AttestationErrorCode = {
  REQUIRED: -32001,
  INVALID: -32002,
  EXPIRED: -32003,
  REPLAY: -32004,
  UNTRUSTED_ISSUER: -32005,
  INSUFFICIENT_CLAIMS: -32006,
} as const;
export type AttestationErrorCode = (typeof AttestationErrorCode)[keyof typeof AttestationErrorCode];

/** Why a token was not verified. docs/attestation-reasons.md says what each means. */
export type AttestationReason =
  | 'malformed'
  | 'alg'
  | 'kid'
  | 'untrusted_issuer'
  | 'signature'
  | 'expired'
  | 'not_yet_valid'
  | 'lifetime'
  | 'audience'
  | 'replay'
  | 'claims'
  | 'binding'
  | 'policy'
  | 'proof'
  | 'version'
  | 'unavailable'
  | 'not_provided';

/** Claim `agent_identity`. */
export interface AgentIdentity {
  readonly model_family: string;
  readonly model_version: string;
  readonly provider: string;
  readonly deployment_id?: string | undefined;
}

/** Claim `agent_integrity`: hashes as {@link computeHash} writes them. */
export interface AgentIntegrity {
  readonly config_hash?: string | undefined;
  readonly system_prompt_hash?: string | undefined;
}

/** Claim `attestation_metadata`. */
export interface AttestationMetadata {
  readonly attestation_version: string;
  readonly attestation_type: AttestationType;
  readonly safety_level: SafetyLevel;
  readonly capabilities_declared: readonly string[];
}

/** Claim `cnf` (RFC 7800): the key whose possession must be proven. */
export interface ConfirmationKey {
  readonly jwk?:
    | {
        readonly kty: string;
        readonly crv: string;
        readonly x: string;
        readonly kid?: string | undefined;
      }
    | undefined;
  readonly tls_binding?: Readonly<Record<string, string>> | undefined;
}

/** An Ed25519 key (RFC 8037) as issuers publish it; with `d` it is the private key. */
export interface Ed25519JWK {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly kid: string;
  readonly x: string;
  readonly use?: 'sig' | undefined;
  readonly alg?: 'EdDSA' | undefined;
  readonly d?: string | undefined;
}

/** RFC 7517, section 5. */
export interface JWKS {
  readonly keys: readonly Ed25519JWK[];
}

/** The payload of a token. Times are seconds since 1970 (RFC 7519). */
export interface AttestationClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly nbf?: number | undefined;
  readonly agent_identity: AgentIdentity;
  readonly attestation_metadata: AttestationMetadata;
  readonly agent_integrity?: AgentIntegrity | undefined;
  readonly cnf?: ConfirmationKey | undefined;
}

/** The header of a token. */
export interface JWTHeader {
  readonly alg: 'EdDSA';
  readonly typ?: 'JWT' | undefined;
  readonly kid: string;
}

/** What a client sends in `capabilities.experimental` of `initialize`. */
export interface AttestationCapability {
  readonly version: string;
  readonly token?: string;
  readonly proof?: string;
  readonly supported_algorithms?: readonly string[];
  readonly attestation_types?: readonly string[];
}

/** What a server says that it wants. */
export interface ServerAttestationRequirements {
  readonly version: string;
  readonly policy: VerificationPolicy;
  readonly trusted_issuers: readonly string[];
  readonly required_claims: readonly string[];
}

/** What a server answers about the token of `initialize`. */
export interface AttestationResponse {
  readonly version: string;
  readonly verification_status: 'verified' | 'failed' | 'not_provided';
  readonly trust_level?: TrustLevel;
  /** The names of claims; some servers send `{issuer, subject}`. */
  readonly verified_claims?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly error_code?: number;
  readonly policy?: VerificationPolicy;
}
