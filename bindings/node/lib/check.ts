/**
 * The border: what is of a wrong type raises TypeError here, before native code sees it. Whether a
 * value of the right type is acceptable is the engine's to say.
 */
import { types } from 'node:util';
import { CallgateError } from './errors.js';
import { stringify } from './json-text.js';
import type { Text } from './handles.js';

const EARLIEST = Date.UTC(2001, 0);
const LATEST = Date.UTC(2200, 0);

/** A well-formed string. A lone surrogate has no UTF-8, and would become another character. */
export function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw wrongType(value, name, 'a string');
  if (!value.isWellFormed()) throw new TypeError(`${name} holds a lone surrogate`);
  return value;
}

export function bytes(value: unknown, name: string): Uint8Array {
  if (!types.isUint8Array(value)) throw wrongType(value, name, 'a Uint8Array');
  return value;
}

/** Bytes, or a string that stands for its UTF-8. */
export function textOrBytes(value: unknown, name: string): Text {
  if (typeof value === 'string') return text(value, name);
  if (!types.isUint8Array(value)) throw wrongType(value, name, 'a string or a Uint8Array');
  return value;
}

/** An array, so that a string is not taken for a list of characters. */
export function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, name, 'an array');
  return value as readonly unknown[];
}

export function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined ? undefined : text(value, name);
}

/** False by default. What only looks true must not switch a check off. */
export function flag(value: unknown, name: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw wrongType(value, name, 'a boolean');
  return value;
}

/** JSON text as it is, or that of an object or array. */
export function jsonText(value: unknown, name: string, maxNodes?: number): Text {
  if (typeof value === 'string') return text(value, name);
  if (types.isUint8Array(value)) return value;
  if (typeof value !== 'object' || value === null) {
    throw wrongType(value, name, 'an object or JSON text');
  }
  return stringify(value, name, maxNodes);
}

/**
 * Milliseconds since 1970 of a number or Date; of the wall clock when undefined.
 *
 * @throws CallgateError INVALID_ARGUMENT outside the years 2001 to 2200: the clock is broken, or
 * its unit was mistaken.
 */
export function instant(value: unknown): number {
  const now = clockTime(value);
  // Written so that NaN fails.
  if (!(now >= EARLIEST && now <= LATEST)) {
    throw new CallgateError(
      'now must lie between the years 2001 and 2200',
      'INVALID_ARGUMENT',
      'now',
    );
  }
  return now;
}

/** The same without bounds, where the engine says that a clock is broken. */
export function clockTime(value: unknown): number {
  let now: unknown = value;
  if (now === undefined) now = Date.now();
  else if (types.isDate(now)) now = Date.prototype.getTime.call(now);
  if (typeof now !== 'number') throw wrongType(now, 'now', 'a number of milliseconds or a Date');
  return Math.floor(now);
}

/** When something happens: milliseconds since 1970 or a Date; the wall clock by default. */
export interface NowOption {
  readonly now?: number | Date;
}

export function nowOf(given: NowOption | undefined): number {
  return instant(given === undefined ? undefined : options<NowOption>(given, ['now']).now);
}

/** A finite number of seconds. */
export function seconds(value: unknown, name: string): number {
  if (typeof value !== 'number') throw wrongType(value, name, 'a number of seconds');
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER / 1000)) {
    throw new CallgateError(`${name} is out of range`, 'INVALID_ARGUMENT', name);
  }
  return value;
}

export function wholeSeconds(value: unknown, name: string): number {
  const number = seconds(value, name);
  if (!Number.isInteger(number)) {
    const message = `${name} must be a whole number of seconds`;
    throw new CallgateError(message, 'INVALID_ARGUMENT', name);
  }
  return number;
}

/**
 * An options object that holds no other keys: a misspelt `audience` must not go unseen.
 */
export function options<T extends object>(value: unknown, known: readonly (keyof T & string)[]): T {
  if (typeof value !== 'object' || value === null) throw wrongType(value, 'options', 'an object');
  for (const key of Object.keys(value)) {
    if (!(known as readonly string[]).includes(key)) {
      throw new TypeError(`unknown option ${JSON.stringify(key)}; known are ${known.join(', ')}`);
    }
  }
  return value as T;
}

export function wrongType(value: unknown, name: string, expected: string): TypeError {
  return new TypeError(`${name} must be ${expected}, not ${typeName(value)}`);
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : 'an object';
}
