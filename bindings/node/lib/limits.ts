/** Every bound of the engine, in one place. */
import { options, wrongType } from './check.js';
import { CallgateError } from './errors.js';
import { native } from './native.js';
import type { Limits } from './types.js';

/** The limits that hold where none are given. */
export const defaultLimits: Limits = Object.freeze(native.limits());

/** Seconds before and after now in which an envelope is fresh, where no other window is given. */
export const defaultWindow: number = native.defaultWindow / 1000;

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
