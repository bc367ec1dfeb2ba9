/** Where an agent has its tokens from, and the key that it proves them with. */
import { CallgateError } from '../../errors.js';
import type { PublicKey } from '../../public-key.js';
import { SecretKey } from '../../secret-key.js';
import { decodeTokenUnsafe } from '../decode.js';
import type { AttestationSigner } from '../signer.js';

/** Milliseconds before its `exp` at which a token is replaced: none is to expire on its way. */
const RENEWED_BEFORE = 30_000;

/** Gives a new token, with this key in `cnf.jwk` where there is one. */
export type IssueToken = (confirmationKey: PublicKey | undefined) => string | Promise<string>;

/** A token, and the key in its `cnf`; without one it is a bearer, good for one use. */
export interface HeldToken {
  readonly token: string;
  readonly key: SecretKey | AttestationSigner | undefined;
  /** When it is to be replaced: milliseconds since 1970. */
  readonly renewAt: number;
}

/** The tokens of one agent for one server. */
export class TokenSource {
  readonly #issue: IssueToken;
  readonly #given: SecretKey | AttestationSigner | undefined;
  readonly #now: () => number;
  #own: SecretKey | undefined;
  #held: Promise<HeldToken> | undefined;
  /** What the last one to be held came to. */
  #latest: HeldToken | undefined;

  constructor(
    issue: IssueToken,
    key: SecretKey | AttestationSigner | undefined,
    now: () => number,
  ) {
    this.#issue = issue;
    this.#given = key;
    this.#now = now;
  }

  /** For one `initialize`: a bearer, unless the agent was given a key. */
  async forHandshake(): Promise<HeldToken> {
    return this.#given === undefined ? await this.#new(undefined) : await this.reusable();
  }

  /** A token that goes with proofs: the same until shortly before it expires. */
  async reusable(): Promise<HeldToken> {
    for (;;) {
      const present = this.#held;
      const held = await present;
      if (held !== undefined && this.#now() < held.renewAt) return held;
      // However many requests wait for the next one, it is issued once.
      if (this.#held === present) return await this.#issueNext();
    }
  }

  /** Drops the held token if it is the one that was refused, so that a new one is issued. */
  forget(refused: HeldToken): void {
    if (this.#latest === refused) this.#held = undefined;
  }

  #issueNext(): Promise<HeldToken> {
    const issued = this.#new(this.#given ?? (this.#own ??= SecretKey.generate()));
    this.#held = issued;
    issued.then(
      (held) => (this.#latest = held),
      () => {
        if (this.#held === issued) this.#held = undefined;
      },
    );
    return issued;
  }

  async #new(key: HeldToken['key']): Promise<HeldToken> {
    const token: unknown = await this.#issue(key?.publicKey);
    if (typeof token !== 'string') throw new TypeError('issueToken must give a string');
    const { exp } = decodeTokenUnsafe(token).payload;
    if (typeof exp !== 'number') {
      const message = 'what issues tokens gave one without a time of expiry';
      throw new CallgateError(message, 'INVALID_TOKEN', 'claims/exp');
    }
    const left = exp * 1000 - this.#now();
    const renewAt = this.#now() + Math.max(left - RENEWED_BEFORE, left / 2);
    return { token, key, renewAt };
  }
}
