/** Sessions of a gate. */
import type { NativeSession } from './native.js';
import { PublicKey } from './public-key.js';
import type { SessionState } from './types.js';

/** A session as it stood when it was asked for. */
export interface Session {
  /** The token's `jti`. */
  readonly id: string;
  /** The token's `sub`. */
  readonly subject: string;
  /** Name of the SecurityContext: the token's `scp`. */
  readonly context: string;
  /** The key that signs the session's envelopes. */
  readonly publicKey: PublicKey;
  /** Id of the session that spawned it. */
  readonly parent: string | null;
  /** `sub` of the topmost ancestor: whom rates are counted for. */
  readonly root: string;
  readonly state: SessionState;
  readonly expiresAt: Date;
  /** A journal record of what the call that returned this changed; may be empty. */
  readonly effects: Uint8Array;
}

export function session(from: NativeSession): Session {
  return Object.freeze({
    ...from,
    publicKey: PublicKey.of(from.publicKey),
    expiresAt: new Date(from.expiresAt),
  });
}
