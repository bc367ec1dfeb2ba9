/** Token and proof in a message: the last thing that is done before it is written. */
import { isObject } from '../../json.js';
import { type AttestationEra, attestationRequestHash } from '../attested-message.js';
import { createRequestProof } from '../request-proof.js';
import { ATTESTATION_EXTENSION_ID } from '../types.js';
import { legacyCapability } from './carriers.js';
import { type Message, withExperimental, withMeta } from './messages.js';
import type { HeldToken } from './token-source.js';

/** Attests messages for one server. */
export class MessageSigner {
  readonly #audience: string;
  readonly #now: () => number;

  constructor(audience: string, now: () => number) {
    this.#audience = audience;
    this.#now = now;
  }

  /** An `initialize`, with what the legacy era carries. */
  async handshake(message: Message, held: HeldToken): Promise<Message> {
    const carrying = (proof?: string): Message =>
      withExperimental(message, 'params', { ...legacyCapability(held.token, proof) });
    return await this.#proven(carrying, held, 'legacy');
  }

  /**
   * A request or notification, with what the modern era carries.
   *
   * @throws JsonError with the place, for a number that cannot be proven (RFC 8785)
   */
  async request(message: Message, held: HeldToken): Promise<Message> {
    const { token } = held;
    const carrying = (proof?: string): Message =>
      withMeta(message, ATTESTATION_EXTENSION_ID, {
        token,
        ...(proof === undefined ? {} : { proof }),
      });
    return await this.#proven(carrying, held, 'modern');
  }

  /** A proof of the token's key for one request; undefined for a bearer. */
  async proof(
    { token, key }: HeldToken,
    method: string,
    requestHash: Uint8Array,
  ): Promise<string | undefined> {
    if (key === undefined) return undefined;
    const now = this.#now();
    return await createRequestProof({
      token,
      audience: this.#audience,
      method,
      requestHash,
      key,
      now,
    });
  }

  /** The hash leaves the carrier out, and is of the objects around it as they are sent. */
  async #proven(
    carrying: (proof?: string) => Message,
    held: HeldToken,
    era: AttestationEra,
  ): Promise<Message> {
    if (held.key === undefined) return carrying();
    const { method, params } = carrying();
    const hash = attestationRequestHash(isObject(params) ? params : {}, era);
    return carrying(await this.proof(held, String(method), hash));
  }
}
