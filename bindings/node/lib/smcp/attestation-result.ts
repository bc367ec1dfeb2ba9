/** What `SEALClient.attest` resolves to, in the shape of the published SDK. */
export interface AttestationResult {
  readonly security_token: string;
  /** ISO 8601, as the gateway wrote it. */
  readonly expires_at: string;
  readonly session_id?: string;
}
