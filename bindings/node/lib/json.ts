/** JSON: the canonical form, and JavaScript values as JSON text. */
import { textOrBytes } from './check.js';
import { CallgateError } from './errors.js';
import { native } from './native.js';

/** What JSON can say. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/**
 * An object of JSON values. Its type is loose so that values of interface types fit; what JSON does
 * not have raises TypeError.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

// Making a Uint8Array in native code costs more than canonicalizing a small document.
const room = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The RFC 8785 (JCS) form of a JSON text, in UTF-8.
 *
 * Stricter than RFC 8785 in one thing: a number that is written, or would be written, as an integer
 * beyond ±(2^53 − 1) is refused, since readers disagree about its value.
 *
 * @param json - a string, or its UTF-8 bytes
 * @throws JsonError INVALID_JSON with the byte, for duplicate keys (after unescaping), lone
 * surrogates, invalid UTF-8 and whatever else is no strict RFC 8259; LIMIT_EXCEEDED
 */
export function canonicalize(json: string | Uint8Array): Uint8Array {
  const written = native.canonicalize(textOrBytes(json, 'json'), room);
  return typeof written === 'number' ? Buffer.from(room.subarray(0, written)) : written;
}

// The engine takes no deeper and no larger document. Checked here too, because a few shared or
// cyclic references can describe a document of any size.
const MAX_DEPTH = 64;
const MAX_NODES = 64 * 1024;

/**
 * JSON text of exactly what a value is. `JSON.stringify` would leave out, convert or replace some
 * values (undefined, NaN, Date, Map, `toJSON`), and what is judged or signed must not differ from
 * what the caller sees.
 *
 * @throws TypeError for what JSON does not have; CallgateError LIMIT_EXCEEDED
 */
export function stringify(value: unknown, name: string): string {
  return new Writer().write(value, name, 0);
}

class Writer {
  #nodes = 0;

  write(value: unknown, where: string, depth: number): string {
    if (++this.#nodes > MAX_NODES) throw overLimit(`more than ${MAX_NODES} values`);
    switch (typeof value) {
      case 'string':
        if (!value.isWellFormed()) throw new TypeError(`${where} holds a lone surrogate`);
        return JSON.stringify(value);
      case 'number':
        if (!Number.isFinite(value)) throw new TypeError(`${where} is ${value}, not a JSON number`);
        return JSON.stringify(value);
      case 'boolean':
        return value ? 'true' : 'false';
      case 'object':
        if (value === null) return 'null';
        if (depth === MAX_DEPTH) throw overLimit(`nested deeper than ${MAX_DEPTH}`);
        return Array.isArray(value)
          ? this.#array(value, where, depth + 1)
          : this.#object(value, where, depth + 1);
      default:
        throw new TypeError(`${where} is ${typeof value}, which JSON does not have`);
    }
  }

  #array(value: readonly unknown[], where: string, depth: number): string {
    const parts: string[] = [];
    for (let i = 0; i < value.length; i++) {
      parts.push(this.write(value[i], `${where}/${i}`, depth));
    }
    return `[${parts.join()}]`;
  }

  #object(value: object, where: string, depth: number): string {
    if (!isPlain(value)) throw new TypeError(`${where} is no plain object`);
    const parts: string[] = [];
    for (const key of Object.keys(value)) {
      if (!key.isWellFormed()) throw new TypeError(`a key in ${where} holds a lone surrogate`);
      const member = this.write((value as JsonObject)[key], `${where}/${key}`, depth);
      parts.push(`${JSON.stringify(key)}:${member}`);
      this.#nodes++;
    }
    return `{${parts.join()}}`;
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  // The second covers Object.prototype of another realm (node:vm).
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
  );
}

function overLimit(message: string): CallgateError {
  return new CallgateError(message, 'LIMIT_EXCEEDED');
}
