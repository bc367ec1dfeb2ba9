/** MCP messages as a server received them, and the hash that a proof is for. */
import { types } from 'node:util';
import { bytes, jsonText, textOrBytes, wrongType } from '../check.js';
import type { AttestedMessageHandle } from '../handles.js';
import type { JsonObject } from '../json.js';
import { native } from '../native.js';
import { printAs } from '../print.js';
import type { NativeAttestedMessage } from './native.js';

/** `legacy`: up to MCP 2025-11-25, with `initialize`. `modern`: from 2026-07-28. */
export type AttestationEra = 'legacy' | 'modern';

/** One JSON-RPC message, with the attestation that it carries. Made by {@link readAttestedMessage}. */
export class AttestedMessage {
  readonly #handle: AttestedMessageHandle;
  readonly kind: 'request' | 'notification' | 'response';
  /** JSON text of the `id`; null where there is none. */
  readonly id: string | null;
  readonly method: string | null;
  readonly era: AttestationEra;
  readonly token: string | null;
  readonly proof: string | null;
  /** What its proof must be for; null where `params` cannot be hashed, so not be proven. */
  readonly requestHash: Uint8Array | null;
  /** Why it cannot be hashed, with the place. */
  readonly unhashable: string | null;
  /** The place of a carrier of another shape, whose token is malformed; null where there is none. */
  readonly carrierFault: string | null;

  private constructor(message: NativeAttestedMessage) {
    if (!types.isExternal(message.handle)) throw new TypeError('use readAttestedMessage');
    this.#handle = message.handle;
    this.kind = message.kind;
    this.id = message.id;
    this.method = message.method;
    this.era = message.era;
    this.token = message.token;
    this.proof = message.proof;
    this.requestHash = message.requestHash;
    this.unhashable = message.unhashable;
    this.carrierFault = message.carrierFault;
    Object.freeze(this);
  }

  /** @internal */
  static of(message: NativeAttestedMessage): AttestedMessage {
    return new AttestedMessage(message);
  }

  /** @internal */
  static handleOf(message: AttestedMessage): AttestedMessageHandle {
    if (typeof message !== 'object' || (message as unknown) === null || !(#handle in message)) {
      throw wrongType(message, 'message', 'an AttestedMessage');
    }
    return message.#handle;
  }

  static {
    // Token and proof are not printed.
    printAs(this.prototype, 'AttestedMessage', ({ kind, id, method, era }) => ({
      kind,
      id,
      method,
      era,
    }));
  }
}

/**
 * Reads a message: strict JSON, one message and no batch, the carrier of its era.
 *
 * @param json - the message as it arrived
 * @throws CallgateError INVALID_JSON, INVALID_ENVELOPE or LIMIT_EXCEEDED, with the place, for what
 * is no such message
 */
export function readAttestedMessage(json: string | Uint8Array): AttestedMessage {
  return AttestedMessage.of(native.readAttestedMessage(textOrBytes(json, 'json')));
}

/**
 * SHA-256 of the RFC 8785 form of `params` without the carrier: what a proof is for (`rqh`).
 *
 * @param params - an object or its JSON text; absent is `{}`
 * @throws JsonError for what is no JSON, and for a number outside RFC 8785
 */
export function attestationRequestHash(
  params: JsonObject | string | Uint8Array | undefined,
  era: AttestationEra = 'modern',
): Uint8Array {
  if (era !== 'modern' && era !== 'legacy') {
    throw wrongType(era, 'era', "'legacy' or 'modern'");
  }
  return native.attestationRequestHash(jsonText(params ?? {}, 'params'), era === 'modern');
}

/** The border for such hashes. */
export function requestHashOf(value: unknown): Uint8Array {
  const hash = bytes(value, 'requestHash');
  if (hash.length !== 32) throw new TypeError('requestHash must have 32 bytes');
  return hash;
}
