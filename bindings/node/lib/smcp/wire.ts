/** Bodies that go over the wire, and what a reply says. No HTTP library, no clock. */
import { canonicalize, type JsonObject } from '../json.js';
import { Ed25519Key } from './ed25519-key.js';
import { InvalidResponse, RedirectRefused } from './errors.js';
import { misconfigured } from './mistakes.js';
import { parseReply } from './reply-json.js';
import type { SessionParameters } from './session.js';

const TEXT_SHOWN = 500; // characters of a message that a server sent

/** A POST to the gateway. */
export interface HttpRequest {
  readonly path: string;
  readonly body: Uint8Array;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds before it is sent. */
  readonly delay: number;
}

/** The headers of a reply that are looked at. */
export interface HttpHeaders {
  readonly 'content-encoding'?: string | undefined;
  readonly 'content-type'?: string | undefined;
  readonly 'retry-after'?: string | undefined;
}

/** A complete reply; `body` is within the bound. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

/**
 * The attestation request, with proof that the key is held: the signature over the RFC 8785 form of
 * public_key, scope, timestamp, workload_id.
 */
export function attestBody(parameters: SessionParameters, timestamp: number): Uint8Array {
  const { generation, workloadId, scope, key, enrolmentSecret, attestationToken } = parameters;
  const publicKey = key.getPublicKeyBase64();
  const proven = { public_key: publicKey, scope, timestamp, workload_id: workloadId };
  const proof = Ed25519Key.secretOf(key).sign(canonicalize(JSON.stringify(proven)));
  const body = {
    public_key: publicKey,
    workload_id: workloadId,
    [generation.scopeField]: scope,
    proof: Buffer.from(proof).toString('base64'),
    proof_timestamp: timestamp,
    enrolment_secret: enrolmentSecret, // undefined: left out
    attestation_token: attestationToken === undefined ? undefined : tokenFrom(attestationToken),
  };
  return Buffer.from(JSON.stringify(body));
}

function tokenFrom(source: string | (() => string)): string {
  const token: unknown = typeof source === 'function' ? source() : source;
  if (typeof token !== 'string' || token === '') {
    throw misconfigured('attestationToken gave no token');
  }
  return token;
}

/** The object that the reply is. @throws InvalidResponse for anything else */
export function readObject(response: HttpResponse): JsonObject {
  if (response.status >= 300 && response.status < 400) {
    throw new RedirectRefused(
      `the gateway answered ${response.status}, a redirect, which is not followed`,
      { codeName: 'UPSTREAM_FAILED', httpStatus: response.status },
    );
  }
  if ((response.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
    throw invalid(response, 'is compressed, which was not asked for');
  }
  const reply = parseReply(response.body);
  if (reply !== null) return reply;
  const kind = plain(response.headers['content-type'] ?? 'no content type', 80);
  throw invalid(response, `(${kind}) is not a JSON object in UTF-8, each of its members once`);
}

/** An InvalidResponse that names the status. */
export function invalid(
  response: HttpResponse,
  what: string,
  dispatched: boolean | null = null,
): InvalidResponse {
  return new InvalidResponse(`the gateway's reply with status ${response.status} ${what}`, {
    codeName: 'UPSTREAM_FAILED',
    httpStatus: response.status,
    dispatched,
    retryAfter: retryAfterHeader(response),
  });
}

/** Seconds of `Retry-After`; null for a date, or for what is no number. */
export function retryAfterHeader(response: HttpResponse): number | null {
  const text = response.headers['retry-after'] ?? '';
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : null;
}

/** A server's text for a message: bounded, one line, nothing that a terminal obeys. */
export function plain(text: string, limit: number = TEXT_SHOWN): string {
  const shown = text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
  return shown.replace(
    /[^ -~\xa0-\u2027\u202f-\u2065\u2070-\ud7ff\ue000-\ufefe\uff00-\uffef]/g,
    '\ufffd',
  );
}
