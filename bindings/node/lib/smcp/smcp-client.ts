/** SMCPClient. */
import { printAs } from '../print.js';
import { ClientBase } from './client-base.js';
import type { ClientOptions } from './client-options.js';

/** Attests to a gateway and makes signed calls; generation B unless told otherwise. */
export class SMCPClient extends ClientBase {
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
    const kind = { generation: 'B', needsExpiry: false, named: (error: unknown) => error } as const;
    super(kind, gatewayUrl, workloadId, securityScope, options);
  }

  /**
   * Proves the key and gets a security token. Called again, renews it in the same session.
   *
   * @throws GatewayRefused, GatewayUnreachable, GatewayTimeout, ConnectionLost, InvalidResponse,
   * ClientClosed
   */
  async attest(): Promise<string> {
    return (await this._attest()).securityToken;
  }

  static {
    printAs(this.prototype, 'SMCPClient', ({ workloadId, sessionId }) => ({
      workloadId,
      sessionId,
    }));
  }
}
