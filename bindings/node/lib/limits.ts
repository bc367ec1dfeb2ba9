/** Every bound of the engine, in one place. */
import { options, wrongType } from './check.js';
import { CallgateError } from './errors.js';
import { native } from './native.js';

/**
 * Counts and bytes. Going over one is an error (INVALID_ENVELOPE for envelopes, LIMIT_EXCEEDED or
 * the document's own error elsewhere), or a denial with LEDGER_FULL for the tables of the ledger.
 */
export interface Limits {
  /** JSON texts: envelopes, payloads, arguments, claims. 1 MiB. */
  readonly maxJsonBytes: number;
  /** Arrays and objects that are open at once. 64. */
  readonly maxJsonDepth: number;
  /** Values and keys. 65,536. */
  readonly maxJsonNodes: number;
  /** The digits of one number. 1,024. */
  readonly maxNumberBytes: number;
  readonly maxTokenBytes: number;
  readonly maxRememberedTokens: number;
  readonly maxPolicyBytes: number;
  readonly maxPolicyNodes: number;
  /** Bytes for each compiled argument pattern. */
  readonly maxRegexMemory: number;
  readonly maxReplayEntries: number;
  readonly maxReplayEntriesPerSession: number;
  /** Open sessions, and the tombstones of ended ones. */
  readonly maxSessions: number;
  /** Ancestors of a session. */
  readonly maxSessionDepth: number;
  /** (root, context, capability) that are counted at once. */
  readonly maxRateWindows: number;
  /** Charged calls that are remembered in all windows. */
  readonly maxRateEntries: number;
}

/** The limits that hold where none are given. */
export const defaultLimits: Limits = Object.freeze(native.limits());

const names = Object.keys(defaultLimits) as (keyof Limits)[];

/** All values, in the engine's order; undefined for the defaults. */
export function limitValues(value: unknown): number[] | undefined {
  if (value === undefined) return undefined;
  const given = options<Partial<Limits>>(value, names);
  return names.map((name) => {
    const limit: unknown = given[name] ?? defaultLimits[name];
    if (typeof limit !== 'number') throw wrongType(limit, name, 'a number');
    if (!Number.isSafeInteger(limit) || limit < 0) {
      throw new CallgateError(`${name} is out of range`, 'INVALID_ARGUMENT', name);
    }
    return limit;
  });
}
