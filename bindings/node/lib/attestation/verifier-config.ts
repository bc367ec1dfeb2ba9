/** What a verifier is told once. */
import { flag, list, options, optionalText, text, wholeSeconds, wrongType } from '../check.js';
import {
  type CheckedIssuer,
  checkIssuers,
  type IssuerTrust,
  oneOf,
  safetyLevel,
} from './issuer-trust.js';
import type { KeyResolver } from './key-resolver.js';
import { InMemoryReplayCache } from './replay/in-memory.js';
import type { AnyReplayCache } from './replay/replay-cache.js';
import type { TrustOptions } from './trusted-keys.js';
import { CLOCK_SKEW_SECONDS, type SafetyLevel, VerificationPolicy } from './types.js';

/** Of a verifier that takes tokens for any audience. */
export const ANY_AUDIENCE: unique symbol = Symbol.for('callgate.attestation.anyAudience') as never;

export interface AttestationVerifierConfig {
  /** A string stands for level `provider`, any subject, and 300 s. Others are refused. */
  readonly trustedIssuers: readonly (string | IssuerTrust)[];
  /** Finds the keys that are not pinned in `trustedIssuers`. */
  readonly keyResolver?: KeyResolver;
  /** `required` by default. */
  readonly policy?: VerificationPolicy;
  /** Under `preferred` and `optional`, a bad token is refused though none would be admitted; true. */
  readonly rejectInvalid?: boolean;
  /** Names of claims; `agent_identity` and `attestation_metadata` by default. */
  readonly requiredClaims?: readonly string[];
  /**
   * Who the token must be for, by convention the server's URL. Without it any audience is taken,
   * and a warning is emitted once; {@link ANY_AUDIENCE} says the same without the warning.
   */
  readonly audience?: string | typeof ANY_AUDIENCE;
  /** An {@link InMemoryReplayCache} by default. */
  readonly replayCache?: AnyReplayCache;
  /** Whole seconds, 0 to 60; 30 by default. */
  readonly clockSkewSeconds?: number;
  /** Refuses tokens without `cnf`; false by default. A token with it is never taken without. */
  readonly requireProof?: boolean;
  /** What `agent_integrity.config_hash` must be. */
  readonly configHash?: string;
  /** What `agent_integrity.system_prompt_hash` must be. */
  readonly systemPromptHash?: string;
  /** What `attestation_metadata.capabilities_declared` must contain. */
  readonly requiredCapabilities?: readonly string[];
  readonly lowestSafetyLevel?: SafetyLevel;
  /** Takes `alg: "Ed25519"` (RFC 9864) in addition to `EdDSA`; false by default. */
  readonly acceptEd25519Alg?: boolean;
  /** Values of `typ` that are taken in addition to none and `JWT`. */
  readonly types?: readonly string[];
}

const KNOWN: readonly (keyof AttestationVerifierConfig)[] = [
  'trustedIssuers',
  'keyResolver',
  'policy',
  'rejectInvalid',
  'requiredClaims',
  'audience',
  'replayCache',
  'clockSkewSeconds',
  'requireProof',
  'configHash',
  'systemPromptHash',
  'requiredCapabilities',
  'lowestSafetyLevel',
  'acceptEd25519Alg',
  'types',
];

/** What the server asks of every token. */
export interface Expectations {
  /** undefined: any. */
  readonly audience: string | undefined;
  readonly policy: VerificationPolicy;
  readonly rejectInvalid: boolean;
  readonly requiredClaims: readonly string[];
  readonly configHash: string | undefined;
  readonly systemPromptHash: string | undefined;
  readonly requiredCapabilities: readonly string[];
  readonly lowestSafetyLevel: SafetyLevel | undefined;
  readonly skew: number;
  readonly requireProof: boolean;
}

export interface CheckedConfig {
  readonly issuers: readonly CheckedIssuer[];
  readonly trust: TrustOptions;
  readonly expectations: Expectations;
  readonly resolver: KeyResolver | undefined;
  readonly cache: AnyReplayCache;
}

/** @throws TypeError; CallgateError INVALID_ARGUMENT */
export function checkConfig(given: AttestationVerifierConfig): CheckedConfig {
  const config = options<AttestationVerifierConfig>(given, KNOWN);
  const texts = (value: unknown, name: string): readonly string[] =>
    Object.freeze(list(value, name).map((each) => text(each, name)));
  const {
    policy = VerificationPolicy.REQUIRED,
    requiredClaims = ['agent_identity', 'attestation_metadata'],
    audience,
  } = config;
  const expected = audienceOf(audience);
  if (audience === undefined) warnOfAnyAudience();
  return {
    issuers: checkIssuers(config.trustedIssuers),
    trust: {
      acceptEd25519Alg: flag(config.acceptEd25519Alg, 'acceptEd25519Alg'),
      types: texts(config.types ?? [], 'types'),
    },
    expectations: {
      audience: expected,
      policy: oneOf(Object.values(VerificationPolicy), policy, 'policy'),
      rejectInvalid: flag(config.rejectInvalid ?? true, 'rejectInvalid'),
      requiredClaims: texts(requiredClaims, 'requiredClaims'),
      configHash: optionalText(config.configHash, 'configHash'),
      systemPromptHash: optionalText(config.systemPromptHash, 'systemPromptHash'),
      requiredCapabilities: texts(config.requiredCapabilities ?? [], 'requiredCapabilities'),
      lowestSafetyLevel: safetyLevel(config.lowestSafetyLevel, 'lowestSafetyLevel'),
      skew: wholeSeconds(config.clockSkewSeconds ?? CLOCK_SKEW_SECONDS, 'clockSkewSeconds'),
      requireProof: flag(config.requireProof, 'requireProof'),
    },
    resolver: keyResolver(config.keyResolver),
    cache: config.replayCache ?? new InMemoryReplayCache(),
  };
}

function audienceOf(value: unknown): string | undefined {
  return value === undefined || value === ANY_AUDIENCE ? undefined : text(value, 'audience');
}

function keyResolver(value: unknown): KeyResolver | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || !('getKey' in value)) {
    throw wrongType(value, 'keyResolver', 'an object with getKey()');
  }
  return value as KeyResolver;
}

let warned = false;

function warnOfAnyAudience(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'an AttestationVerifier without audience takes tokens that were issued for other servers; ' +
      'pass audience, or ANY_AUDIENCE where this is meant',
    { type: 'SecurityWarning', code: 'CALLGATE_ANY_AUDIENCE' },
  );
}
