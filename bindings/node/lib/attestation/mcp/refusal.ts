/** Answers to refused messages: the one place that makes error, status and header. */
import type { JsonObject } from '../../json.js';
import { reasonRow } from '../reasons.js';
import { ATTESTATION_EXTENSION_ID, type AttestationReason } from '../types.js';
import { CHALLENGE_SCHEME, type Message } from './messages.js';

/** JSON-RPC 2.0, section 5.1. */
const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

/** The answer to a refused message. */
export interface Refusal {
  /** Why; null for a message that cannot be read. */
  readonly reason: AttestationReason | null;
  /** The JSON-RPC error response. */
  readonly response: Message & { readonly error: JsonObject };
  readonly httpStatus: number;
  /** Besides the content type. */
  readonly httpHeaders: Readonly<Record<string, string>>;
}

/** Refuses a request of an era. @param id - JSON text */
export function refusal(
  reason: AttestationReason,
  era: 'legacy' | 'modern',
  id: string | null,
): Refusal {
  const row = reasonRow(reason);
  const modern = era === 'modern';
  const message = `${row.meaning}: ${row.advice}`;
  return {
    reason,
    response: {
      jsonrpc: '2.0',
      id: id === null ? null : (JSON.parse(id) as string | number),
      error: {
        code: modern ? row.code : row.legacyCode,
        message,
        data: { reason, extension: ATTESTATION_EXTENSION_ID },
      },
    },
    httpStatus: modern ? row.httpStatus : 200,
    httpHeaders: modern ? { 'www-authenticate': `${CHALLENGE_SCHEME} error="${reason}"` } : {},
  };
}

/** Refuses an HTTP request that has no message: a GET or DELETE of a legacy session. */
export function bodilessRefusal(reason: AttestationReason): Refusal {
  return refusal(reason, 'modern', null);
}

/** Refuses what is no JSON-RPC message, or a batch of them. */
export function unreadable(message: string, isJson: boolean): Refusal {
  const code = isJson ? INVALID_REQUEST : PARSE_ERROR;
  return {
    reason: null,
    response: { jsonrpc: '2.0', id: null, error: { code, message } },
    httpStatus: 400,
    httpHeaders: {},
  };
}

/** Answers a request whose id another request has that is not answered yet (JSON-RPC 2.0, 4). */
export function idInUse(id: unknown): Message {
  const message = 'another request has this id and is not answered yet; use each id once';
  return { jsonrpc: '2.0', id, error: { code: INVALID_REQUEST, message } };
}
