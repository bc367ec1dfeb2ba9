/** What becomes of a message that a client sent. */
import type { AttestedMessage } from '../attested-message.js';
import type { AttestationReason } from '../types.js';
import type { ChangeAnswer } from './answers.js';
import type { AttestedSession } from './attested-session.js';
import type { Message } from './messages.js';
import type { Refusal } from './refusal.js';

/** A message that goes on to the server. */
export interface Passed {
  readonly kind: 'pass';
  /** Without token and proof; a request tells its handler whose it is. */
  readonly message: Message;
  readonly attested: AttestedMessage;
  /** Of an `initialize`: the session that it opens; null where its caller is not verified. */
  readonly opens?: AttestedSession | null;
  /** Why a stream that this opened has to end; null: it may go on. */
  readonly streamEnded: () => AttestationReason | null;
  /** What the caller is given of the server's answer; undefined: the same. */
  readonly change: ChangeAnswer | undefined;
  /** To be called once it is answered. */
  readonly release: () => void;
}

/** A request that is answered with an error. */
export interface Refused {
  readonly kind: 'refuse';
  readonly refusal: Refusal;
  /** Of an `initialize`: what was verified on its session before counts no longer. */
  readonly endsSession: boolean;
}

/** What becomes of a message. */
export type Judgement = Passed | Refused | { readonly kind: 'drop' };
