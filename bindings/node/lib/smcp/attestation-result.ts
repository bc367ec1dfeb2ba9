/** What `SEALClient.attest` resolves to, in the shape of the published SDK. */
import type { Attested } from './session.js';

/** `console.log`, `util.inspect` and `JSON.stringify` of it leave the token out. */
export interface AttestationResult {
  readonly security_token: string;
  /** ISO 8601, as the gateway wrote it. */
  readonly expires_at: string;
  readonly session_id?: string;
}

export function attestationResult(attested: Attested): AttestationResult {
  const { securityToken, expiresAt, sessionId } = attested;
  const shown = {
    expires_at: expiresAt ?? '', // never: a SEAL attestation needs it
    ...(sessionId === null ? {} : { session_id: sessionId }),
  };
  const result = {
    // A getter: what prints objects shows that there is one, and does not call it.
    get security_token(): string {
      return securityToken;
    },
    ...shown,
  };
  Object.defineProperty(result, 'toJSON', { value: () => shown });
  return result;
}
