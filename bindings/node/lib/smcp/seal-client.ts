/** SEALClient. */
import { printAs } from '../print.js';
import { type AttestationResult, attestationResult } from './attestation-result.js';
import { ClientBase } from './client-base.js';
import type { ClientOptions } from './client-options.js';
import { asSealError } from './errors.js';

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
    const kind = { generation: 'C', needsExpiry: true, named: asSealError } as const;
    try {
      super(kind, gatewayUrl, workloadId, securityScope, options);
    } catch (error) {
      throw asSealError(error);
    }
  }

  /**
   * Proves the key and gets a security token. Called again, renews it in the same session.
   *
   * @throws GatewayRefused, GatewayUnreachable, GatewayTimeout, ConnectionLost, InvalidResponse,
   * ClientClosed
   */
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
