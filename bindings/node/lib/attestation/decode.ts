/** Decodes tokens for people, without verifying them. */
import { text } from '../check.js';
import { TokenError } from '../errors.js';
import { isObject, type JsonObject } from '../json.js';

/** Of a token that any verifier would take; longer texts are not worth decoding. */
const LONGEST = 16 * 1024;
const FORM = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/;

/**
 * Header and payload of a token, for people. Nothing is verified: the sender may have written anything.
 *
 * @throws TokenError INVALID_TOKEN for what is no compact JWS (RFC 7515) of JSON objects
 */
export function decodeTokenUnsafe(token: string): { header: JsonObject; payload: JsonObject } {
  const parts = text(token, 'token').length > LONGEST ? null : FORM.exec(token);
  if (parts === null) {
    throw new TokenError('a token is three base64url parts of 16 KiB in all', 'INVALID_TOKEN');
  }
  return { header: part(parts[1], 'header'), payload: part(parts[2], 'payload') };
}

/** ISO 8601 of seconds since 1970, as claims have them. @throws RangeError */
export function formatTimestamp(timestamp: number): string {
  return new Date(timestamp * 1000).toISOString();
}

function part(encoded = '', where: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    // A syntax error's message quotes the text.
  }
  if (!isObject(value)) throw new TokenError('is no JSON object', 'INVALID_TOKEN', where);
  return value;
}
