/** Verification of attestation tokens. The engine judges; this finds keys and remembers. */
import { clockTime, type NowOption, options, optionalText, wrongType } from '../check.js';
import { CallgateError } from '../errors.js';
import type { AttestationVerifierHandle, SeenTableHandle } from '../handles.js';
import { native } from '../native.js';
import { PublicKey, publicKey } from '../public-key.js';
import { type AttestationEra, AttestedMessage, requestHashOf } from './attested-message.js';
import { type CheckedIssuer, checkIssuers, type IssuerTrust, oneOf } from './issuer-trust.js';
import type { NativeVerdict } from './native.js';
import { observeVerification } from './observability/observe.js';
import { InMemoryReplayCache } from './replay/in-memory.js';
import { type AnyReplayCache, type ReplayStore, replayStore } from './replay/replay-cache.js';
import { Verdict, type VerificationResult } from './result.js';
import { TrustedKeys } from './trusted-keys.js';
import type { VerificationPolicy } from './types.js';
import { type AttestationVerifierConfig, checkConfig } from './verifier-config.js';

export interface VerifyOptions {
  /** The proof of possession that came with the token. */
  readonly proof?: string | undefined;
  /** What the proof must be for: the method of the request, … */
  readonly method?: string | undefined;
  /** … and the hash of its `params`, 32 bytes ({@link attestationRequestHash}). */
  readonly requestHash?: Uint8Array | undefined;
  /** A key whose possession an exchange of the program's own has proven, instead of a proof. */
  readonly provenKey?: PublicKey | undefined;
  /** In `modern` a token must name a key; `legacy` by default. */
  readonly era?: AttestationEra | undefined;
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date | undefined;
}

/** Verifies tokens for one server. Keep one: it remembers what was used. */
export class AttestationVerifier {
  readonly policy: VerificationPolicy;
  readonly requiredClaims: readonly string[];
  /** undefined: any. */
  readonly audience: string | undefined;
  readonly requireProof: boolean;
  readonly #handle: AttestationVerifierHandle;
  readonly #keys: TrustedKeys;
  readonly #skew: number;
  #cache: AnyReplayCache;
  #store: ReplayStore;

  /** @throws TypeError; CallgateError INVALID_ARGUMENT */
  constructor(given: AttestationVerifierConfig) {
    const config = checkConfig(given);
    const { expectations, trust, resolver, cache } = config;
    this.policy = expectations.policy;
    this.requiredClaims = expectations.requiredClaims;
    this.audience = expectations.audience;
    this.requireProof = expectations.requireProof;
    this.#skew = expectations.skew;
    this.#keys = new TrustedKeys(config.issuers, resolver, trust);
    this.#cache = cache;
    this.#store = this.#storeFor(cache, config.issuers);
    this.#handle = native.createAttestationVerifier(
      this.#keys.trust(),
      expectations.audience,
      expectations.audience === undefined,
      expectations.policy,
      expectations.rejectInvalid,
      expectations.requiredClaims,
      expectations.configHash,
      expectations.systemPromptHash,
      expectations.requiredCapabilities,
      expectations.lowestSafetyLevel,
      expectations.skew,
      expectations.requireProof,
    );
  }

  /** The issuers, as `iss` names them. */
  get trustedIssuers(): readonly string[] {
    return this.#keys.issuers.map(({ issuer }) => issuer);
  }

  /** What is remembered of tokens and proofs, and where. */
  get replayCache(): AnyReplayCache {
    return this.#cache;
  }

  /**
   * @throws TypeError for an object that could remember nothing; CallgateError INVALID_ARGUMENT for
   * one that may not remember long enough
   */
  set replayCache(cache: AnyReplayCache) {
    this.#store = this.#storeFor(cache, this.#keys.issuers);
    this.#cache = cache;
  }

  /**
   * Replaces the issuers as a whole, for the next verification on.
   *
   * @throws TypeError; CallgateError INVALID_ARGUMENT. The issuers stay as they were then.
   */
  setTrustedIssuers(issuers: readonly (string | IssuerTrust)[]): void {
    const checked = checkIssuers(issuers);
    this.#storeFor(this.#cache, checked);
    this.#keys.replaceIssuers(checked);
  }

  /**
   * Judges one token and its proof, and remembers what may be used once.
   *
   * @param token - undefined and null: none was sent
   * @returns the verdict; nothing that is wrong with the token throws
   * @throws TypeError. A `now` outside the years 2001 to 2200 is a broken clock: `unavailable`.
   */
  verify(token: string | null | undefined, given: VerifyOptions = {}): Promise<VerificationResult> {
    return this.#verified(() => {
      const { proof, method, requestHash, provenKey, era, now } = options<VerifyOptions>(
        given,
        VERIFY_OPTIONS,
      );
      // A carrier of another type holds no token that could be read: malformed, not missing.
      const other = token === undefined || token === null ? undefined : '';
      const sent = typeof token === 'string' ? token : other;
      if (proof !== undefined && (method === undefined || requestHash === undefined)) {
        throw new TypeError('a proof is verified for a method and a requestHash; pass both');
      }
      const at = clockTime(now);
      const shown = [
        optionalText(proof, 'proof'),
        optionalText(method, 'method'),
        requestHash === undefined ? undefined : requestHashOf(requestHash),
        provenKey === undefined ? undefined : PublicKey.handleOf(publicKey(provenKey, 'provenKey')),
        oneOf(ERAS, era ?? 'legacy', 'era') === 'modern',
      ] as const;
      const verifier = this.#handle;
      return [at, (seen) => native.attestationVerify(verifier, sent, at, ...shown, seen)];
    });
  }

  /**
   * The same of the token and proof of a message that {@link readAttestedMessage} read, in the rules
   * of its era.
   */
  verifyMessage(message: AttestedMessage, given: NowOption = {}): Promise<VerificationResult> {
    return this.#verified(() => {
      const handle = AttestedMessage.handleOf(message);
      const at = clockTime(options<NowOption>(given, ['now']).now);
      const verifier = this.#handle;
      return [at, (seen) => native.attestationVerifyMessage(verifier, handle, at, seen)];
    });
  }

  /**
   * Whether a verified result still holds under the trust of now: not where its issuer, `kid` or
   * `jti` is denied by now, and, with `now`, where it has expired. Nothing is remembered. A result
   * that was not verified stays as it is.
   *
   * @throws TypeError for a result that no verifier gave
   */
  judgeAgain(result: VerificationResult, given: NowOption = {}): VerificationResult {
    const { now } = options<NowOption>(given, ['now']);
    if (!Verdict.isVerdict(result)) throw wrongType(result, 'result', 'a result of verify()');
    const handle = Verdict.handleOf(result);
    const at = now === undefined ? undefined : clockTime(now);
    this.#renewTrust();
    return new Verdict(native.attestationJudgeAgain(this.#handle, handle, at));
  }

  /** Forgets what was used, where the cache can: it could be used once more. */
  async clearReplayCache(): Promise<void> {
    const cache = this.#cache as { clear?(): Promise<void> };
    if (typeof cache.clear !== 'function') throw new TypeError('the replay cache has no clear()');
    await cache.clear();
  }

  #storeFor(cache: unknown, issuers: readonly CheckedIssuer[]): ReplayStore {
    const store = replayStore(cache, 'replayCache');
    const longest = Math.max(...issuers.map(({ longestLifetime }) => longestLifetime), 60);
    const needed = longest + 2 * this.#skew;
    if ((store.longestLifetime ?? Infinity) < needed) {
      throw new CallgateError(
        `the replay cache keeps claims for ${store.longestLifetime} s; ${needed} s are needed`,
        'INVALID_ARGUMENT',
        'replayCache.longestLifetime',
      );
    }
    return store;
  }

  #renewTrust(): void {
    const trust = this.#keys.change();
    if (trust !== undefined) native.attestationSetTrust(this.#handle, trust);
  }

  /** A cache in memory is asked in the same call as the engine. */
  async #verified(present: () => Presented): Promise<VerificationResult> {
    const begin = performance.now();
    const [now, judge] = present();
    const store = this.#store;
    const table = InMemoryReplayCache.isInMemory(store)
      ? InMemoryReplayCache.tableOf(store)
      : undefined;
    this.#renewTrust();
    let verdict = judge(table);
    if (verdict.needsKey) verdict = await this.#judgeWithKey(verdict, () => judge(table));
    if (verdict.verified && table === undefined) verdict = await remember(store, verdict, now);
    observeVerification(verdict, performance.now() - begin);
    return new Verdict(verdict);
  }

  /** After the one question that an unknown key of a trusted issuer is worth. */
  async #judgeWithKey(verdict: NativeVerdict, judge: () => NativeVerdict): Promise<NativeVerdict> {
    const { issuer } = verdict;
    const { keyId } = native.attestationVerdictDetails(verdict.handle);
    if (issuer === null || keyId === null) return verdict;
    try {
      if (!(await this.#keys.find(issuer, keyId))) return verdict;
      this.#renewTrust();
    } catch {
      return native.attestationRefuse(verdict.handle, 'unavailable');
    }
    return judge();
  }
}

/** When, and one call of the engine, with the table that it may insert into. */
type Presented = readonly [
  now: number,
  judge: (seen: SeenTableHandle | undefined) => NativeVerdict,
];

const ERAS: readonly AttestationEra[] = ['legacy', 'modern'];
const VERIFY_OPTIONS: readonly (keyof VerifyOptions)[] = [
  'proof',
  'method',
  'requestHash',
  'provenKey',
  'era',
  'now',
];

/** A store that fails, or says what no store says, could not tell. */
async function remember(
  store: ReplayStore,
  verdict: NativeVerdict,
  now: number,
): Promise<NativeVerdict> {
  const claim = native.attestationVerdictClaim(verdict.handle);
  if (claim === null) return verdict;
  const key = claim.toString('hex', 0, 32);
  const bucket = claim.toString('hex', 32, 64);
  const expiresAt = Number(claim.toString('latin1', 64));
  let outcome: unknown;
  try {
    outcome = await store.insert({ key, bucket, expiresAt }, now);
    if (outcome === 'inserted') return verdict;
  } catch {
    // The store's own error may name what it was asked for.
  }
  return native.attestationRefuse(verdict.handle, outcome === 'seen' ? 'replay' : 'unavailable');
}
