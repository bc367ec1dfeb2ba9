/** The resolver that verifiers use in production. */
import type { PublicKey } from '../../public-key.js';
import type { KeyResolver } from '../key-resolver.js';
import { JWKSFetcher, type JWKSFetcherConfig } from './fetcher.js';

/** Finds keys where issuers publish them, through a {@link JWKSFetcher} of its own or yours. */
export class JWKSKeyResolver implements KeyResolver, Disposable {
  readonly fetcher: JWKSFetcher;

  constructor(given: JWKSFetcher | JWKSFetcherConfig = {}) {
    this.fetcher = given instanceof JWKSFetcher ? given : new JWKSFetcher(given);
  }

  async getKey(issuer: string, kid: string): Promise<PublicKey | null> {
    return this.fetcher.getKey(issuer, kid);
  }

  keysVersion(): number {
    return this.fetcher.keysVersion();
  }

  clearCache(): void {
    this.fetcher.clearCache();
  }

  invalidate(issuer: string): void {
    this.fetcher.invalidate(issuer);
  }

  close(): void {
    this.fetcher.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
