/** How an agent is attested to a server. */
import { flag, instant, options, text, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import { SecretKey } from '../../secret-key.js';
import type { AttestationProvider, CreateTokenOptions } from '../provider.js';
import { type AttestationSigner, keyOrSigner } from '../signer.js';
import type { AgentIdentity, AgentIntegrity, AttestationMetadata } from '../types.js';
import { callable } from './gate-options.js';
import { type IssueToken, TokenSource } from './token-source.js';
import type { AttestingFetch } from './transport.js';

export interface AttestingOptions {
  /** The server, byte for byte as its verifier has it; by convention its URL. */
  readonly audience: string;
  /** Issues the tokens in this process. Needs `identity`. */
  readonly provider?: Pick<AttestationProvider, 'createToken'>;
  readonly identity?: AgentIdentity;
  readonly integrity?: AgentIntegrity;
  readonly metadata?: Partial<AttestationMetadata>;
  /** `sub`, where it is not made of the identity. */
  readonly subject?: string;
  /** Has tokens issued elsewhere, instead of `provider`. */
  readonly issueToken?: IssueToken;
  /**
   * The key that proves possession of the token. Without it, an `initialize` carries a bearer, and
   * the requests of the modern era are proven with a key made for the connection.
   */
  readonly key?: SecretKey | AttestationSigner;
  /** Refuses servers that do not say that they verify attestations; false by default. */
  readonly requireServerSupport?: boolean;
  /** Over HTTP: sends the requests once they are attested; the global `fetch` by default. */
  readonly fetch?: AttestingFetch;
  /** The clock, in milliseconds since 1970; the wall clock by default. */
  readonly now?: () => number;
}

/** Options that were checked. */
export interface AttestingSettings {
  readonly audience: string;
  readonly source: TokenSource;
  readonly requireServerSupport: boolean;
  readonly fetch: AttestingFetch;
  readonly now: () => number;
}

/** The border for options. @throws TypeError; CallgateError INVALID_ARGUMENT */
export function attestingSettings(given: AttestingOptions): AttestingSettings {
  const known = options<AttestingOptions>(given, [
    'audience',
    'provider',
    'identity',
    'integrity',
    'metadata',
    'subject',
    'issueToken',
    'key',
    'requireServerSupport',
    'fetch',
    'now',
  ]);
  const clock = callable(known.now ?? Date.now, 'now');
  const now = (): number => instant(clock());
  const key = known.key === undefined ? undefined : keyOrSigner(known.key, 'key');
  return {
    audience: text(known.audience, 'audience'),
    source: new TokenSource(issuer(known, now), key, now),
    requireServerSupport: flag(known.requireServerSupport, 'requireServerSupport'),
    fetch: callable(known.fetch ?? fetch, 'fetch'),
    now,
  };
}

function issuer(given: AttestingOptions, now: () => number): IssueToken {
  const { provider, issueToken, identity, audience, integrity, metadata, subject } = given;
  if ((provider === undefined) === (issueToken === undefined)) {
    throw new CallgateError('give either provider or issueToken', 'INVALID_ARGUMENT', 'provider');
  }
  if (issueToken !== undefined) return callable(issueToken, 'issueToken');
  if (typeof provider?.createToken !== 'function') {
    throw wrongType(provider, 'provider', 'an AttestationProvider');
  }
  if (identity === undefined) {
    throw new CallgateError('a provider needs an identity', 'INVALID_ARGUMENT', 'identity');
  }
  const wanted: CreateTokenOptions = { identity, audience, integrity, metadata, subject };
  return (confirmationKey) => provider.createToken({ ...wanted, confirmationKey, now: now() });
}
