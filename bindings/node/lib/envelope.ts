/** SMCP v1 and SEAL v1 envelopes: signed MCP messages. */
import { instant, jsonText, options, textOrBytes, wrongType } from './check.js';
import type { JsonObject } from './json.js';
import { native } from './native.js';
import { PublicKey, publicKey } from './public-key.js';
import { SecretKey, secretKey } from './secret-key.js';
import type { Protocol } from './types.js';

/** An envelope whose form and signature were verified. */
export interface Envelope {
  /** JSON text: compact, keys sorted, digits as signed. The bytes that verified. */
  readonly payload: string;
  /** As sent; digits beyond milliseconds dropped. */
  readonly timestamp: Date;
  readonly securityToken: string;
  readonly protocol: Protocol;
}

export interface CreateEnvelopeOptions {
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date;
  /** `'smcp/v1'` by default. */
  readonly protocol?: Protocol;
}

/**
 * Signs an MCP message; the bytes for the wire, stamped with `now`.
 *
 * @param payload - an object, or its JSON text where digits must stay as they are
 * @throws EnvelopeError INVALID_ENVELOPE; CallgateError INVALID_ARGUMENT for a `now` out of range,
 * LIMIT_EXCEEDED for an object beyond what any document may hold; TypeError for a closed key
 */
export function createEnvelope(
  payload: JsonObject | string | Uint8Array,
  token: string | Uint8Array,
  key: SecretKey,
  given: CreateEnvelopeOptions = {},
): Uint8Array {
  const { now, protocol = 'smcp/v1' } = options<CreateEnvelopeOptions>(given, ['now', 'protocol']);
  if (protocol !== 'smcp/v1' && protocol !== 'seal/v1') {
    throw wrongType(protocol, 'protocol', "'smcp/v1' or 'seal/v1'");
  }
  return native.createEnvelope(
    jsonText(payload, 'payload'),
    textOrBytes(token, 'token'),
    SecretKey.handleOf(secretKey(key, 'key')),
    instant(now),
    protocol === 'seal/v1',
  );
}

/**
 * Form and signature only: not freshness, not the token, not what the payload asks for.
 *
 * @throws EnvelopeError INVALID_ENVELOPE with the place, or INVALID_SIGNATURE
 */
export function verifyEnvelope(data: string | Uint8Array, key: PublicKey): Envelope {
  const envelope = native.verifyEnvelope(
    textOrBytes(data, 'data'),
    PublicKey.handleOf(publicKey(key, 'publicKey')),
  );
  return Object.freeze({ ...envelope, timestamp: new Date(envelope.timestamp) });
}
