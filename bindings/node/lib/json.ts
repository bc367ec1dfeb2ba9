/** JSON: the canonical form. */
import { textOrBytes } from './check.js';
import { native } from './native.js';

/** What JSON can say. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * An object of JSON values. Its type is loose so that values of interface types fit; what JSON does
 * not have raises TypeError.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value that was read is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

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
