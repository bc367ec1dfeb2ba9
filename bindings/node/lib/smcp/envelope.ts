/** Envelopes under the names of the published SDKs. The engine signs and canonicalizes. */
import { createEnvelope } from '../envelope.js';
import { CallgateError } from '../errors.js';
import { defaultLimits } from '../limits.js';
import { splitObject } from '../split-object.js';
import type { Protocol } from '../types.js';
import { engineCodeName } from './code-names.js';
import { Ed25519Key } from './ed25519-key.js';
import { asSealError, PayloadError } from './errors.js';
import { unsendable } from './mistakes.js';
import { payloadText } from './payload.js';

const MAX_BYTES = 2 * defaultLimits.maxJsonBytes; // of a message whose payload the engine took

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
  try {
    return create(securityToken, mcpPayload, privateKey, 'seal/v1') as SealEnvelope;
  } catch (error) {
    throw asSealError(error);
  }
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

function checkedToken(token: unknown): string {
  if (typeof token === 'string' && token.isWellFormed()) return JSON.stringify(token);
  throw unsendable('securityToken must be a string of Unicode text');
}

function asPayloadError(cause: unknown): unknown {
  if (!(cause instanceof CallgateError)) return cause;
  const codeName = engineCodeName(cause);
  return new PayloadError(cause.message, { codeName, dispatched: false, cause });
}
