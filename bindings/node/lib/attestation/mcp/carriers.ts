/** What client and server write about attestation into MCP's messages. */
import type { JsonObject } from '../../json.js';
import { attestationRequestHash } from '../attested-message.js';
import { ATTESTATION_VERSION, type AttestationCapability } from '../types.js';
import type { AttestationVerifier } from '../verifier.js';

/** The client's `capabilities.experimental["security.attestation"]` of `initialize`. */
export function legacyCapability(token: string, proof?: string): AttestationCapability {
  return {
    version: ATTESTATION_VERSION,
    token,
    ...(proof === undefined ? {} : { proof }),
    supported_algorithms: ['EdDSA'],
    attestation_types: ['provider', 'enterprise'],
  };
}

/** What a server wants, in `capabilities.extensions` of `server/discover`. */
export function extensionSettings(verifier: AttestationVerifier): JsonObject {
  return {
    version: ATTESTATION_VERSION,
    policy: verifier.policy,
    algorithms: ['EdDSA'],
    proof: 'required',
    audience: verifier.audience,
  };
}

/** What the proof of a GET or DELETE is for (`rqh`). */
export function sessionHash(
  session: string | undefined,
  lastEventId: string | undefined,
): Uint8Array {
  const covered = {
    ...(session === undefined ? {} : { session }),
    ...(lastEventId === undefined ? {} : { last_event_id: lastEventId }),
  };
  return attestationRequestHash(covered, 'legacy');
}
