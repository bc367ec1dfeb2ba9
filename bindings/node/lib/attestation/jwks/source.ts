/** Where the keys of an issuer come from. */
import { jsonText, options, text, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import type { Text } from '../../handles.js';
import { isObject } from '../../json.js';
import { isLoopback } from '../../loopback.js';
import type { JWKS } from '../types.js';

/** A URL; a file that is read again as a URL is fetched again; a JWK Set that never changes. */
export type JWKSSource =
  string | { readonly url: string } | { readonly file: string } | { readonly jwks: JWKS | string };

export type CheckedSource =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'pinned'; readonly jwks: Text };

/** @throws TypeError; CallgateError INVALID_ARGUMENT for a URL that is not fetched from */
export function checkSource(given: unknown, name: string): CheckedSource {
  if (typeof given === 'string') return { kind: 'url', url: keysUrl(given, name) };
  if (!isObject(given)) throw wrongType(given, name, 'a URL, or an object with url, file or jwks');
  const source = options<{ url?: unknown; file?: unknown; jwks?: unknown }>(given, [
    'url',
    'file',
    'jwks',
  ]);
  if (Object.keys(source).length !== 1) {
    throw new CallgateError('a source has url, file or jwks', 'INVALID_ARGUMENT', name);
  }
  if ('url' in source) return { kind: 'url', url: keysUrl(text(source.url, name), name) };
  if ('file' in source) return { kind: 'file', file: text(source.file, name) };
  return { kind: 'pinned', jwks: jsonText(source.jwks, name) };
}

/** `<issuer>/.well-known/jwks.json`. @throws CallgateError INVALID_ARGUMENT */
export function wellKnownSource(issuer: string): CheckedSource {
  const url = keysUrl(issuer, 'issuer');
  if (url.search !== '') throw refused('issuer', 'has a query; configure a source for it');
  return { kind: 'url', url: new URL(`${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`) };
}

/** What is fetched from: https, or http on loopback, without credentials. */
function keysUrl(given: string, name: string): URL {
  if (!URL.canParse(given)) {
    throw refused(name, 'is no absolute URL; configure a source for its keys');
  }
  const url = new URL(given);
  const near = isLoopback(url.hostname.replace(/^\[|\]$/g, ''));
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && near)) {
    throw refused(name, 'must be https: plain http is for loopback addresses only');
  }
  if (url.username !== '' || url.password !== '' || given.includes('#')) {
    throw refused(name, 'must have neither credentials nor a fragment');
  }
  return url;
}

function refused(name: string, why: string): CallgateError {
  return new CallgateError(`the URL of keys ${why}`, 'INVALID_ARGUMENT', name);
}
