/** JavaScript values as the JSON text that is signed and sent, and what other readers make of it. */
import { types } from 'node:util';
import { defaultLimits } from '../limits.js';
import type { PayloadError } from './errors.js';
import { unsendable } from './mistakes.js';

// The envelope and the request take four of the levels that the engine reads.
const MAX_DEPTH = defaultLimits.maxJsonDepth - 4;
// Shared references can describe a document of any size.
const MAX_NODES = defaultLimits.maxJsonNodes;
// Below it Python writes an exponent where JavaScript writes digits.
const MIN_SAFE_FRACTION = 1e-4;

export interface PayloadOptions {
  readonly strictInterop?: boolean;
  readonly maxDepth?: number;
}

/** Why a value has no JSON text, or has none that may be signed. */
export class NotJson extends Error {}

/** As {@link jsonOf}. @throws PayloadError */
export function payloadText(payload: unknown, options: PayloadOptions = {}): string {
  try {
    return jsonOf(payload, options);
  } catch (cause) {
    throw cause instanceof NotJson ? asPayloadError(cause) : cause;
  }
}

/**
 * The text of an object as `JSON.stringify` writes it: undefined members dropped, `toJSON` called,
 * once. What it would lose without a word (NaN, functions, a Map's entries, …) is refused.
 *
 * `strictInterop` refuses what the published SDKs of other languages would write differently:
 * integers beyond ±(2^53 - 1), fractions below 1e-4, and objects whose keys mix characters above
 * U+FFFF with U+E000 to U+FFFF.
 *
 * @throws NotJson
 */
export function jsonOf(payload: unknown, options: PayloadOptions = {}): string {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new NotJson(`expected an object, not ${kindOf(payload)}`);
  }
  let text: string | undefined;
  try {
    text = new Writer(options).write(payload, '', '', 0);
  } catch (cause) {
    if (cause instanceof NotJson) throw cause;
    throw new NotJson('a getter or toJSON of the payload throws', { cause }); // the caller's own
  }
  if (!text?.startsWith('{')) throw new NotJson('expected an object, which its toJSON is not');
  return text;
}

function asPayloadError({ message, cause }: NotJson): PayloadError {
  return unsendable(message, cause);
}

class Writer {
  readonly #strict: boolean;
  readonly #maxDepth: number;
  #nodes = 0;

  constructor({ strictInterop = false, maxDepth = MAX_DEPTH }: PayloadOptions) {
    this.#strict = strictInterop;
    this.#maxDepth = maxDepth;
  }

  /** Undefined only for undefined. */
  write(given: unknown, key: string, place: string, depth: number): string | undefined {
    if (++this.#nodes > MAX_NODES) {
      throw new NotJson(`the payload has more than ${MAX_NODES} values`);
    }
    const value = unboxed(toJson(given, key));
    switch (typeof value) {
      case 'undefined':
        return undefined;
      case 'string':
        return wellFormed(value, place);
      case 'number':
        return this.#number(value, place);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'bigint':
        throw new NotJson(`${at(place)} is a bigint: pass a number, or a string of its digits`);
      case 'object':
        if (value === null) return 'null';
        if (depth === this.#maxDepth) {
          throw new NotJson(`the payload is nested more than ${this.#maxDepth} levels deep`);
        }
        if (isOpaque(value)) break;
        return Array.isArray(value)
          ? this.#array(value, place, depth + 1)
          : this.#object(value, place, depth + 1);
    }
    throw new NotJson(`${at(place)} is ${kindOf(value)}, which JSON does not have`);
  }

  #number(value: number, place: string): string {
    if (!Number.isFinite(value))
      throw new NotJson(`${at(place)} is ${value}, which JSON does not have`);
    if (this.#strict && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new NotJson(`${at(place)} is an integer beyond ±(2^53 - 1)`);
    }
    if (this.#strict && value !== 0 && Math.abs(value) < MIN_SAFE_FRACTION) {
      throw new NotJson(`${at(place)} is a fraction below 1e-4, which languages write differently`);
    }
    return JSON.stringify(value);
  }

  #array(value: readonly unknown[], place: string, depth: number): string {
    const items: string[] = [];
    for (let i = 0; i < value.length; i++) {
      items.push(this.write(value[i], String(i), `${place}/${i}`, depth) ?? 'null');
    }
    return `[${items.join()}]`;
  }

  #object(value: object, place: string, depth: number): string {
    const keys = Object.keys(value);
    if (this.#strict && sortsAmbiguously(keys)) {
      throw new NotJson(`${at(place)} has keys that languages sort differently`);
    }
    const members: string[] = [];
    for (const key of keys) {
      const member: unknown = (value as Readonly<Record<string, unknown>>)[key];
      const text = this.write(member, key, `${place}/${key}`, depth);
      this.#nodes++;
      if (text !== undefined) members.push(`${wellFormed(key, place)}:${text}`);
    }
    return `{${members.join()}}`;
  }
}

function toJson(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const method: unknown = (value as { readonly toJSON?: unknown }).toJSON;
  return typeof method === 'function' ? (method.call(value, key) as unknown) : value;
}

function unboxed(value: unknown): unknown {
  return types.isBoxedPrimitive(value) ? (value.valueOf() as unknown) : value;
}

/** Whether the content is where `JSON.stringify` does not look. */
function isOpaque(value: object): boolean {
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isPromise(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  );
}

function wellFormed(value: string, place: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  throw new NotJson(`${at(place)} holds a lone surrogate, which is no Unicode text`);
}

function sortsAmbiguously(keys: readonly string[]): boolean {
  const text = keys.join('');
  return /[\ud800-\udfff]/.test(text) && /[\ue000-\uffff]/.test(text);
}

/** The place is the caller's own data; a bound keeps messages readable. */
function at(place: string): string {
  return place.length > 0 && place.length <= 200 ? place.toWellFormed() : 'a value';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a ${typeof value}`;
  return `a ${Object.prototype.toString.call(value).slice(8, -1)}`;
}
