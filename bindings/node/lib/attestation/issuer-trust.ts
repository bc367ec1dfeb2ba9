/** Whose tokens a verifier takes, and how far. */
import { types } from 'node:util';
import { list, options, text, wholeSeconds, wrongType } from '../check.js';
import { CallgateError } from '../errors.js';
import { isObject } from '../json.js';
import { PublicKey, publicKey } from '../public-key.js';
import { SafetyLevel, TrustLevel } from './types.js';

/** What one issuer may vouch for. Lists that are empty or absent restrict nothing. */
export interface IssuerTrust {
  /** `iss`, compared byte for byte. */
  readonly issuer: string;
  /** What its verified tokens get; a token of the other `attestation_type` is refused. */
  readonly level?: 'provider' | 'enterprise';
  /** Pinned keys by `kid`. The key resolver may find more. */
  readonly keys?: Readonly<Record<string, PublicKey>> | ReadonlyMap<string, PublicKey>;
  /** Trust domains that `sub`, a SPIFFE ID, may lie in. */
  readonly trustDomains?: readonly string[];
  /** Patterns with `*` of the path of `sub`. */
  readonly subjectPaths?: readonly string[];
  /** Values of `agent_identity.provider`. */
  readonly providers?: readonly string[];
  /** Values of `agent_identity.model_family`. */
  readonly modelFamilies?: readonly string[];
  /** Whole seconds from `iat` to `exp`: 300 by default, 24 hours at most. */
  readonly longestLifetime?: number;
  readonly lowestSafetyLevel?: SafetyLevel;
  /** Values of `kid` that are refused: revoked keys. */
  readonly deniedKeyIds?: readonly string[];
  /** Values of `jti` that are refused: revoked tokens. */
  readonly deniedTokenIds?: readonly string[];
}

const KNOWN: readonly (keyof IssuerTrust)[] = [
  'issuer',
  'level',
  'keys',
  'trustDomains',
  'subjectPaths',
  'providers',
  'modelFamilies',
  'longestLifetime',
  'lowestSafetyLevel',
  'deniedKeyIds',
  'deniedTokenIds',
];

/** An issuer whose options were checked. */
export type CheckedIssuer = Required<Omit<IssuerTrust, 'keys' | 'lowestSafetyLevel'>> & {
  readonly lowestSafetyLevel: SafetyLevel | undefined;
  readonly pinned: ReadonlyMap<string, PublicKey>;
};

/** A string stands for level `provider`, any subject and the default lifetime. @throws TypeError */
export function checkIssuers(given: unknown): CheckedIssuer[] {
  const issuers = list(given, 'trustedIssuers').map(checkIssuer);
  if (new Set(issuers.map(({ issuer }) => issuer)).size !== issuers.length) {
    throw new CallgateError('an issuer stands twice', 'INVALID_ARGUMENT', 'trustedIssuers');
  }
  return issuers;
}

function checkIssuer(given: unknown, position: number): CheckedIssuer {
  const where = `trustedIssuers[${position}]`;
  const trust = options<IssuerTrust>(typeof given === 'string' ? { issuer: given } : given, KNOWN);
  const texts = (name: keyof IssuerTrust): string[] =>
    list(trust[name] ?? [], `${where}.${name}`).map((each) => text(each, `${where}.${name}`));
  return {
    issuer: text(trust.issuer, `${where}.issuer`),
    level: oneOf(['provider', 'enterprise'], trust.level ?? TrustLevel.PROVIDER, `${where}.level`),
    pinned: pinnedKeys(trust.keys, `${where}.keys`),
    trustDomains: texts('trustDomains'),
    subjectPaths: texts('subjectPaths'),
    providers: texts('providers'),
    modelFamilies: texts('modelFamilies'),
    longestLifetime: wholeSeconds(trust.longestLifetime ?? 300, `${where}.longestLifetime`),
    lowestSafetyLevel: safetyLevel(trust.lowestSafetyLevel, `${where}.lowestSafetyLevel`),
    deniedKeyIds: texts('deniedKeyIds'),
    deniedTokenIds: texts('deniedTokenIds'),
  };
}

/** @throws TypeError */
export function safetyLevel(value: unknown, name: string): SafetyLevel | undefined {
  return value === undefined ? undefined : oneOf(Object.values(SafetyLevel), value, name);
}

/** @throws TypeError */
export function oneOf<T extends string>(known: readonly T[], value: unknown, name: string): T {
  if (!(known as readonly unknown[]).includes(value)) {
    throw wrongType(value, name, known.map((each) => `'${each}'`).join(' or '));
  }
  return value as T;
}

function pinnedKeys(given: unknown, name: string): ReadonlyMap<string, PublicKey> {
  if (given === undefined) return new Map();
  if (!isObject(given) || PublicKey.isPublicKey(given)) {
    throw wrongType(given, name, 'an object or a Map of kid and PublicKey');
  }
  const entries: [unknown, unknown][] = types.isMap(given) ? [...given] : Object.entries(given);
  return new Map(entries.map(([kid, key]) => [text(kid, name), publicKey(key, name)]));
}
