/** Issuance of attestation tokens. */
import { instant, list, options, optionalText, text, wholeSeconds } from '../check.js';
import { native } from '../native.js';
import { PublicKey, publicKey } from '../public-key.js';
import { SecretKey } from '../secret-key.js';
import { stringify } from '../json-text.js';
import { createAttestationMetadata, toSpiffeId } from './identity.js';
import { generateEd25519KeyPair, keyId, type KeyPair } from './keys.js';
import { observeIssuance } from './observability/observe.js';
import { AgentIdentitySchema, AgentIntegritySchema } from './schemas.js';
import { type AttestationSigner, keyOrSigner, oneSigner, signWith } from './signer.js';
import {
  type AgentIdentity,
  type AgentIntegrity,
  type AttestationMetadata,
  DEFAULT_TOKEN_LIFETIME_SECONDS,
} from './types.js';

export interface AttestationProviderConfig {
  /** `iss`: an absolute URL, as verifiers have it configured. */
  readonly issuer: string;
  /** The key that signs, … */
  readonly keyPair?: KeyPair;
  /** … or what signs with a key that is kept elsewhere, and the key's id. */
  readonly signer?: AttestationSigner & { readonly kid: string };
  /** Whole seconds, 1 to 300; 300 by default. */
  readonly tokenLifetimeSeconds?: number;
  /** Of subjects; `<provider>.com` by default. */
  readonly trustDomain?: string;
}

export interface CreateTokenOptions {
  readonly identity: AgentIdentity;
  /** The server that the token is for, or up to 8. Every one of them could use it elsewhere. */
  readonly audience: string | readonly string[];
  readonly integrity?: AgentIntegrity | undefined;
  readonly metadata?: Partial<AttestationMetadata> | undefined;
  /** `cnf.jwk`: the token is worth nothing without a proof by this key. */
  readonly confirmationKey?: PublicKey | undefined;
  /** `sub`; the SPIFFE ID of {@link toSpiffeId} by default. */
  readonly subject?: string | undefined;
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date | undefined;
}

/** Issues tokens in one issuer's name. */
export class AttestationProvider {
  readonly #issuer: string;
  readonly #kid: string;
  readonly #key: SecretKey | AttestationSigner;
  readonly #lifetime: number;
  readonly #trustDomain: string | undefined;

  /** @throws TypeError; CallgateError INVALID_ARGUMENT */
  constructor(given: AttestationProviderConfig) {
    const { issuer, keyPair, signer, tokenLifetimeSeconds, trustDomain } =
      options<AttestationProviderConfig>(given, [
        'issuer',
        'keyPair',
        'signer',
        'tokenLifetimeSeconds',
        'trustDomain',
      ]);
    oneSigner(keyPair, signer);
    this.#issuer = text(issuer, 'issuer');
    this.#kid = keyId((keyPair ?? signer)?.kid);
    this.#key =
      keyPair === undefined
        ? keyOrSigner(signer, 'signer')
        : keyOrSigner(keyPair.privateKey, 'keyPair.privateKey');
    this.#lifetime = wholeSeconds(
      tokenLifetimeSeconds ?? DEFAULT_TOKEN_LIFETIME_SECONDS,
      'tokenLifetimeSeconds',
    );
    this.#trustDomain = optionalText(trustDomain, 'trustDomain');
  }

  get issuerUrl(): string {
    return this.#issuer;
  }

  get keyId(): string {
    return this.#kid;
  }

  /**
   * A token that begins 5 s before `now`, for verifiers whose clocks are behind, with a random
   * `jti`. Without `confirmationKey` any holder can use it, once.
   *
   * @throws SchemaError; CallgateError INVALID_ARGUMENT; TokenError where the token would not
   * verify; TypeError once the key is closed; KeyFormatError for a signature of another key
   */
  async createToken(given: CreateTokenOptions): Promise<string> {
    const begin = performance.now();
    const { now, ...claims } = options<CreateTokenOptions>(given, [
      'identity',
      'audience',
      'integrity',
      'metadata',
      'confirmationKey',
      'subject',
      'now',
    ]);
    const token = await this.#sign(this.#claims(claims), instant(now));
    observeIssuance(this.#issuer, this.#lifetime, performance.now() - begin);
    return token;
  }

  async #sign(claims: string, now: number): Promise<string> {
    const key = this.#key;
    if (SecretKey.isSecretKey(key)) {
      const handle = SecretKey.handleOf(key);
      return native.issueAttestation(claims, handle, now, this.#kid, this.#lifetime);
    }
    const input = native.attestationSigningInput(claims, now, this.#kid, this.#lifetime);
    return signWith(key, input);
  }

  #claims(given: Omit<CreateTokenOptions, 'now'>): string {
    const { identity, audience, integrity, metadata, confirmationKey, subject } = given;
    const agent = AgentIdentitySchema.parse(identity);
    const hashes = integrity === undefined ? {} : AgentIntegritySchema.parse(integrity);
    return stringify(
      {
        iss: this.#issuer,
        sub:
          subject === undefined ? toSpiffeId(agent, this.#trustDomain) : text(subject, 'subject'),
        aud:
          typeof audience === 'string'
            ? text(audience, 'audience')
            : list(audience, 'audience').map((each) => text(each, 'audience')),
        agent_identity: agent,
        attestation_metadata: createAttestationMetadata(metadata),
        ...(Object.keys(hashes).length === 0 ? {} : { agent_integrity: hashes }),
        ...(confirmationKey === undefined
          ? {}
          : { cnf: { jwk: publicKey(confirmationKey, 'confirmationKey').toJwk() } }),
      },
      'claims',
    );
  }
}

/**
 * A provider in the name of `https://api.anthropic.com` with a key of its own, for tests: nothing
 * but a verifier that was told of this key takes its tokens.
 */
export async function createAnthropicProvider(
  kid = 'anthropic-2025-01',
): Promise<[provider: AttestationProvider, keyPair: KeyPair]> {
  const keyPair = await generateEd25519KeyPair(kid);
  return [new AttestationProvider({ issuer: 'https://api.anthropic.com', keyPair }), keyPair];
}
