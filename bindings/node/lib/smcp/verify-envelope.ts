/** Verification under the names and with the messages of the published SDKs, by the engine. */
import { types } from 'node:util';
import { type Envelope, verifyEnvelope } from '../envelope.js';
import { CallgateError } from '../errors.js';
import { isObject } from '../json.js';
import { defaultLimits, defaultWindow } from '../limits.js';
import { PublicKey } from '../public-key.js';
import type { Protocol } from '../types.js';
import { engineCodeName } from './code-names.js';
import type { McpPayload } from './envelope.js';
import { VerificationError } from './errors.js';
import { jsonOf, NotJson } from './payload.js';

const NO_OBJECT = 'Missing or invalid envelope object.';
const NO_SIGNATURE = 'Ed25519 signature verification failed.';
const NO_KEY = 'Invalid Ed25519 public key bytes provided by server configuration.';

/**
 * The payload of an `smcp/v1` envelope whose form, signature and age are right.
 *
 * Pass the text as it arrived: an object has lost how its numbers were written, and an envelope
 * signed in another language may then not verify. Neither the token nor a replay is checked; that
 * is a `Gate`'s work.
 *
 * @param envelope - an object, or its JSON text
 * @param publicKeyBytes - 32 bytes
 * @param maxAgeSeconds - before and after now; the gate's 30 by default
 * @throws VerificationError; its `cause` is the engine's error, which says more than the message
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

function verify(
  envelope: unknown,
  publicKeyBytes: Uint8Array,
  maxAgeSeconds: number,
  protocol: Protocol,
): McpPayload {
  const verified = verifiedBy(envelope, publicKeyBytes, protocol);
  if (verified.protocol !== protocol) {
    throw new VerificationError(invalidProtocol(protocol), protocol, 'INVALID_ENVELOPE');
  }
  // The signature holds; what is left is a comparison with the clock, to the millisecond. Written
  // so that NaN fails.
  const age = Math.abs(Date.now() - verified.timestamp.getTime()) / 1000;
  if (typeof maxAgeSeconds !== 'number' || !(age <= maxAgeSeconds)) {
    const message = `Envelope timestamp is outside the allowed ±${String(maxAgeSeconds)}s window.`;
    throw new VerificationError(message, protocol, 'REPLAY_DETECTED');
  }
  const payload: unknown = JSON.parse(verified.payload);
  if (!isMcpPayload(payload)) {
    throw new VerificationError(invalidField('payload'), protocol, 'INVALID_ENVELOPE');
  }
  return payload;
}

function verifiedBy(envelope: unknown, publicKeyBytes: unknown, protocol: Protocol): Envelope {
  const text = textOf(envelope, protocol);
  try {
    return verifyEnvelope(text, keyOf(publicKeyBytes, protocol));
  } catch (cause) {
    if (cause instanceof VerificationError) throw cause;
    if (cause instanceof TypeError) {
      throw new VerificationError(cause.message, protocol, 'INVALID_ENVELOPE', cause);
    }
    if (!(cause instanceof CallgateError)) throw cause;
    const message = messageOf(cause, text, protocol);
    throw new VerificationError(message, protocol, engineCodeName(cause), cause);
  }
}

function textOf(envelope: unknown, protocol: Protocol): string | Uint8Array {
  if (typeof envelope === 'string' || types.isUint8Array(envelope)) return envelope;
  if (!isObject(envelope)) throw new VerificationError(NO_OBJECT, protocol, 'INVALID_ENVELOPE');
  try {
    return jsonOf(envelope, { maxDepth: defaultLimits.maxJsonDepth });
  } catch (cause) {
    if (!(cause instanceof NotJson)) throw cause;
    const message = `Failed to construct canonical message: ${cause.message}`;
    throw new VerificationError(message, protocol, 'INVALID_ENVELOPE', cause);
  }
}

function keyOf(publicKeyBytes: unknown, protocol: Protocol): PublicKey {
  if (types.isUint8Array(publicKeyBytes)) return PublicKey.fromBytes(publicKeyBytes);
  throw new VerificationError(NO_KEY, protocol, 'KEY_REFUSED');
}

/** The published sentence; the engine's own of what the published SDKs did not check. */
function messageOf(error: CallgateError, text: string | Uint8Array, protocol: Protocol): string {
  if (error.codeName === 'INVALID_SIGNATURE') return NO_SIGNATURE;
  if (error.codeName === 'KEY_REFUSED') return NO_KEY;
  if (error.where?.startsWith('byte ')) return error.message; // no JSON: they took objects only
  const envelope: unknown = JSON.parse(Buffer.from(text).toString());
  if (!isObject(envelope)) return NO_OBJECT;
  switch (error.where) {
    case '/protocol':
      return invalidProtocol(protocol);
    case '/security_token':
      return invalidField('security_token');
    case '/signature':
      if (!isFilled(envelope['signature'])) return invalidField('signature');
      return "Invalid base64 encoding for 'signature'.";
    case '/payload':
      return invalidField('payload');
    case '/timestamp':
      if (!isFilled(envelope['timestamp'])) return invalidField('timestamp');
      return "Invalid 'timestamp' format. Expected ISO 8601.";
    default:
      return error.message;
  }
}

function invalidProtocol(protocol: Protocol): string {
  return `${invalidField('protocol')} Expected '${protocol}'.`;
}

function invalidField(name: string): string {
  return `Missing or invalid '${name}' field.`;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isMcpPayload(value: unknown): value is McpPayload {
  if (!isObject(value)) return false;
  const { jsonrpc, id, method, params } = value;
  return (
    typeof jsonrpc === 'string' &&
    (typeof id === 'string' || typeof id === 'number') &&
    typeof method === 'string' &&
    (params === undefined || (typeof params === 'object' && params !== null))
  );
}
