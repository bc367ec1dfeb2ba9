/** Envelopes under the names of the published SDKs. The engine signs, verifies and canonicalizes. */
import { types } from 'node:util';
import { createEnvelope, type Envelope, verifyEnvelope } from '../envelope.js';
import { CallgateError } from '../errors.js';
import { defaultLimits, defaultWindow } from '../limits.js';
import { PublicKey } from '../public-key.js';
import { splitObject } from '../split-object.js';
import type { Protocol } from '../types.js';
import { Ed25519Key } from './ed25519-key.js';
import { otherCodeName, PayloadError, VerificationError } from './errors.js';
import { unsendable } from './mistakes.js';
import { payloadText } from './payload.js';

const MAX_BYTES = 2 * defaultLimits.maxJsonBytes; // of a message whose payload the engine took
const MAX_DEPTH = defaultLimits.maxJsonDepth;

/** An MCP message: a JSON-RPC 2.0 request. */
export interface McpPayload {
  jsonrpc: string;
  id: string | number;
  method: string;
  params?: Record<string, unknown>;
}

/** A signed message, ready for `JSON.stringify`. */
export interface SmcpEnvelope {
  protocol: 'smcp/v1';
  security_token: string;
  signature: string;
  payload: McpPayload;
  timestamp: string;
}

/** As {@link SmcpEnvelope}, for `seal/v1`. */
export interface SealEnvelope {
  protocol: 'seal/v1';
  security_token: string;
  signature: string;
  payload: McpPayload;
  timestamp: string;
}

/**
 * A signed `smcp/v1` envelope, stamped with the clock. Its `payload` is what was signed.
 *
 * @throws PayloadError, ClientClosed after the key's `erase`
 */
export async function createSmcpEnvelope(
  securityToken: string,
  mcpPayload: McpPayload,
  privateKey: Ed25519Key,
): Promise<SmcpEnvelope> {
  return create(securityToken, mcpPayload, privateKey, 'smcp/v1') as SmcpEnvelope;
}

/** As {@link createSmcpEnvelope}, for `seal/v1`. */
export async function createSealEnvelope(
  securityToken: string,
  mcpPayload: McpPayload,
  privateKey: Ed25519Key,
): Promise<SealEnvelope> {
  return create(securityToken, mcpPayload, privateKey, 'seal/v1') as SealEnvelope;
}

/**
 * The bytes that an envelope's signature is over.
 *
 * @param timestampUnix - whole seconds since 1970
 * @throws PayloadError
 */
export function createCanonicalMessage(
  securityToken: string,
  payload: object,
  timestampUnix: number,
): Uint8Array {
  if (!Number.isSafeInteger(timestampUnix)) throw unsendable('timestampUnix must be an integer');
  const token = checkedToken(securityToken);
  const text = `{"payload":${payloadText(payload)},"security_token":${token},"timestamp":${timestampUnix}}`;
  try {
    // The engine writes members in the canonical form. Here that is the whole message.
    const message = splitObject(`{"message":${text}}`, MAX_BYTES).get('message');
    if (message !== undefined) return message;
  } catch (cause) {
    throw asPayloadError(cause);
  }
  throw new Error('unreachable: the object has one member');
}

/**
 * The payload of an `smcp/v1` envelope whose form, signature and age are right.
 *
 * Pass the text as it arrived: an object has lost how its numbers were written, and an envelope
 * signed in another language may then not verify. Neither the token nor a replay is checked; that
 * is a `Gate`'s work.
 *
 * @param envelope - an object, or its JSON text
 * @param publicKeyBytes - 32 bytes
 * @throws VerificationError
 */
export async function verifySmcpEnvelope(
  envelope: unknown,
  publicKeyBytes: Uint8Array,
  maxAgeSeconds: number = defaultWindow,
): Promise<McpPayload> {
  return verify(envelope, publicKeyBytes, maxAgeSeconds, 'smcp/v1');
}

/** As {@link verifySmcpEnvelope}, for `seal/v1`. */
export async function verifySealEnvelope(
  envelope: unknown,
  publicKeyBytes: Uint8Array,
  maxAgeSeconds: number = defaultWindow,
): Promise<McpPayload> {
  return verify(envelope, publicKeyBytes, maxAgeSeconds, 'seal/v1');
}

function create(
  token: string,
  payload: object,
  key: Ed25519Key,
  protocol: Protocol,
): SmcpEnvelope | SealEnvelope {
  if (!Ed25519Key.isEd25519Key(key)) throw unsendable('privateKey must be an Ed25519Key');
  checkedToken(token);
  const text = payloadText(payload);
  const secret = Ed25519Key.secretOf(key);
  try {
    const envelope = createEnvelope(text, token, secret, { protocol });
    return JSON.parse(Buffer.from(envelope).toString()) as SmcpEnvelope | SealEnvelope;
  } catch (cause) {
    throw asPayloadError(cause);
  }
}

function verify(
  envelope: unknown,
  publicKeyBytes: Uint8Array,
  maxAgeSeconds: number,
  protocol: Protocol,
): McpPayload {
  const verified = verifiedBy(envelope, publicKeyBytes, protocol);
  if (verified.protocol !== protocol) {
    throw new VerificationError(`the protocol is not ${protocol}`, protocol, 'INVALID_ENVELOPE');
  }
  // The signature holds; what is left is a comparison with the clock, to the millisecond. Written
  // so that NaN fails.
  const age = Math.abs(Date.now() - verified.timestamp.getTime()) / 1000;
  if (typeof maxAgeSeconds !== 'number' || !(age <= maxAgeSeconds)) {
    const message = 'the timestamp is outside the window';
    throw new VerificationError(message, protocol, 'REPLAY_DETECTED');
  }
  const payload: unknown = JSON.parse(verified.payload);
  if (!isMcpPayload(payload)) {
    const message = 'the payload is no JSON-RPC request';
    throw new VerificationError(message, protocol, 'INVALID_ENVELOPE');
  }
  return payload;
}

function verifiedBy(envelope: unknown, publicKeyBytes: Uint8Array, protocol: Protocol): Envelope {
  try {
    const isText = typeof envelope === 'string' || types.isUint8Array(envelope);
    const text = isText ? envelope : payloadText(envelope, { maxDepth: MAX_DEPTH });
    return verifyEnvelope(text, keyOf(publicKeyBytes, protocol));
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    if (cause instanceof PayloadError || cause instanceof TypeError) {
      throw new VerificationError(cause.message, protocol, 'INVALID_ENVELOPE', cause);
    }
    if (!(cause instanceof CallgateError)) throw cause;
    throw new VerificationError(cause.message, protocol, otherCodeName(cause), cause);
  }
}

function keyOf(publicKeyBytes: unknown, protocol: Protocol): PublicKey {
  if (types.isUint8Array(publicKeyBytes)) return PublicKey.fromBytes(publicKeyBytes);
  throw new VerificationError('the public key must be 32 bytes', protocol, 'KEY_REFUSED');
}

function isMcpPayload(value: unknown): value is McpPayload {
  if (typeof value !== 'object' || value === null) return false;
  const { jsonrpc, id, method, params } = value as Readonly<Record<string, unknown>>;
  return (
    typeof jsonrpc === 'string' &&
    (typeof id === 'string' || typeof id === 'number') &&
    typeof method === 'string' &&
    (params === undefined || (typeof params === 'object' && params !== null))
  );
}

function checkedToken(token: unknown): string {
  if (typeof token === 'string' && token.isWellFormed()) return JSON.stringify(token);
  throw unsendable('securityToken must be a string of Unicode text');
}

function asPayloadError(cause: unknown): unknown {
  if (!(cause instanceof CallgateError)) return cause;
  const options = { codeName: otherCodeName(cause), dispatched: false, cause };
  return new PayloadError(cause.message, options);
}
