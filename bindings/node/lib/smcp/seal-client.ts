/** SEALClient. */
import { printAs } from '../print.js';
import { type AttestationResult, attestationResult } from './attestation-result.js';
import { ClientBase } from './client-base.js';
import type { ClientOptions } from './client-options.js';

/** As SMCPClient, for the SEAL generation (C). */
export class SEALClient extends ClientBase {
  /**
   * @param gatewayUrl - `https://…`, `http://…` on loopback, or `unix:/path`
   * @param workloadId - who attests
   * @param securityScope - for which SecurityContext
   * @throws ConfigurationError
   */
  constructor(
    gatewayUrl: string,
    workloadId: string,
    securityScope: string,
    options: ClientOptions = {},
  ) {
    const kind = { generation: 'C', needsExpiry: true } as const;
    super(kind, gatewayUrl, workloadId, securityScope, options);
  }

  /** Proves the key and gets a security token. Called again, renews it in the same session. */
  async attest(): Promise<AttestationResult> {
    return attestationResult(await this._attest());
  }

  static {
    printAs(this.prototype, 'SEALClient', ({ workloadId, sessionId }) => ({
      workloadId,
      sessionId,
    }));
  }
}
