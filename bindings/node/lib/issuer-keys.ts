/** The keys whose signatures on tokens are accepted. */
import { types } from 'node:util';
import { text, textOrBytes, wrongType } from './check.js';
import type { JsonObject } from './json.js';
import { stringify } from './json-text.js';
import type { IssuerKeysHandle } from './handles.js';
import { native } from './native.js';
import { PublicKey, publicKey } from './public-key.js';

/** RFC 7517 JWK Set. */
export interface Jwks {
  readonly keys: readonly JsonObject[];
}

/**
 * A Map or an object of key ids and keys, a list of keys, whose ids are their thumbprints
 * (RFC 7638), or a JWK Set, as an object or its JSON text.
 *
 * Of a JWK Set, keys of other types, and with `use` other than `sig`, are passed over; a key
 * without `kid` takes its thumbprint.
 */
export type IssuerKeys =
  | ReadonlyMap<string, PublicKey>
  | Readonly<Record<string, PublicKey>>
  | readonly PublicKey[]
  | Jwks
  | string
  | Uint8Array;

/** @throws KeyFormatError for a key that is refused, and for no key. */
export function issuerKeys(value: unknown): IssuerKeysHandle {
  if (typeof value === 'string' || types.isUint8Array(value)) {
    return native.issuerKeysFromJwks(textOrBytes(value, 'issuerKeys'));
  }
  if (Array.isArray(value)) {
    return native.issuerKeysFromList(
      value.map((key, i) => PublicKey.handleOf(publicKey(key, `issuerKeys[${i}]`))),
    );
  }
  if (types.isMap(value)) return fromIds([...value]);
  if (typeof value !== 'object' || value === null || PublicKey.isPublicKey(value)) {
    throw wrongType(value, 'issuerKeys', 'a Map, an object, a list of PublicKey or a JWK Set');
  }
  if ('keys' in value && Array.isArray(value.keys)) {
    return native.issuerKeysFromJwks(stringify(value, 'issuerKeys'));
  }
  return fromIds(Object.entries(value));
}

function fromIds(entries: [unknown, unknown][]): IssuerKeysHandle {
  return native.issuerKeysFromIds(
    entries.map(([id]) => text(id, 'a key id')),
    entries.map(([id, key]) => PublicKey.handleOf(publicKey(key, `issuerKeys ${String(id)}`))),
  );
}
