/** The carrier in `capabilities.experimental` of `initialize`, up to MCP 2025-11-25. */
import { isObject, type JsonObject } from '../json.js';
import type { AttestationProvider } from './provider.js';
import type { VerificationResult } from './result.js';
import {
  type AgentIdentity,
  type AgentIntegrity,
  ATTESTATION_CAPABILITY_KEY,
  ATTESTATION_VERSION,
  type AttestationCapability,
  type AttestationMetadata,
  type AttestationResponse,
  type ServerAttestationRequirements,
  VerificationPolicy,
} from './types.js';
import type { AttestationVerifier } from './verifier.js';

export interface AttestingClientConfig {
  readonly provider: AttestationProvider;
  readonly identity: AgentIdentity;
  /** The server's URL, the token's `aud`. */
  readonly targetAudience: string;
  readonly integrity?: AgentIntegrity | undefined;
  readonly metadata?: Partial<AttestationMetadata> | undefined;
}

/** With a new token, which one `initialize` may use. @throws as AttestationProvider.createToken */
export async function buildAttestationCapability(
  config: AttestingClientConfig,
): Promise<AttestationCapability> {
  const { provider, targetAudience: audience, identity, integrity, metadata } = config;
  return {
    version: ATTESTATION_VERSION,
    token: await provider.createToken({ identity, audience, integrity, metadata }),
    supported_algorithms: ['EdDSA'],
    attestation_types: ['provider', 'enterprise'],
  };
}

/**
 * The token of a client's `capabilities.experimental`. undefined where there is none; an empty
 * string, which no verifier takes, where the carrier has another shape. Never throws.
 */
export function extractAttestationToken(experimental: unknown): string | undefined {
  const carrier = carrierIn(experimental);
  if (carrier === undefined || carrier === null) return undefined;
  if (!isObject(carrier)) return '';
  const { token } = carrier;
  if (token === undefined || token === null) return undefined;
  return typeof token === 'string' ? token : '';
}

/** What a server answered in `capabilities.experimental`; undefined where it says nothing of it. */
export function parseAttestationResponse(experimental: unknown): AttestationResponse | undefined {
  const carrier = carrierIn(experimental);
  if (!isObject(carrier)) return undefined;
  const status = carrier['verification_status'];
  const known = status === 'verified' || status === 'failed' || status === 'not_provided';
  return known ? (carrier as unknown as AttestationResponse) : undefined;
}

/** What a server says that it wants. */
export function buildServerAttestationRequirements(
  verifier: AttestationVerifier,
): ServerAttestationRequirements {
  return {
    version: ATTESTATION_VERSION,
    policy: verifier.policy,
    trusted_issuers: [...verifier.trustedIssuers],
    required_claims: [...verifier.requiredClaims],
  };
}

/** What a server answers in `capabilities.experimental`. */
export function buildAttestationResponse(
  result: VerificationResult,
  policy: VerificationPolicy,
): AttestationResponse {
  const { verified, reason, trustLevel, verifiedClaims, error, errorCode } = result;
  const version = ATTESTATION_VERSION;
  if (verified) {
    return {
      version,
      policy,
      verification_status: 'verified',
      trust_level: trustLevel,
      verified_claims: [...verifiedClaims],
    };
  }
  if (reason === 'not_provided' && policy !== VerificationPolicy.REQUIRED) {
    return { version, policy, verification_status: 'not_provided' };
  }
  return {
    version,
    policy,
    verification_status: 'failed',
    error: error ?? 'the attestation was not verified',
    ...(errorCode === undefined ? {} : { error_code: errorCode }),
  };
}

/**
 * Verifies the token of a client's `capabilities.experimental`, which may be of any type. A token
 * that names a key is refused here, since its proof is for the whole message: give that to
 * {@link readAttestedMessage} and {@link AttestationVerifier.verifyMessage}.
 */
export async function verifyMcpAttestation(
  verifier: AttestationVerifier,
  experimental?: unknown,
): Promise<VerificationResult> {
  return verifier.verify(extractAttestationToken(experimental));
}

function carrierIn(experimental: unknown): unknown {
  if (experimental === undefined || experimental === null) return undefined;
  if (!isObject(experimental)) return '';
  const has = Object.hasOwn(experimental, ATTESTATION_CAPABILITY_KEY);
  return has ? (experimental satisfies JsonObject)[ATTESTATION_CAPABILITY_KEY] : undefined;
}
