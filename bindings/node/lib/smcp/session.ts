/** What a client knows between requests: its key, its token, and when to renew it. */
import type { Ed25519Key } from './ed25519-key.js';
import { NotAttested } from './errors.js';
import type { Generation } from './generations.js';
import { clientClosed } from './mistakes.js';
import { parseTime } from './timestamp.js';

const EARLY_MS = 60_000; // before its end a token is renewed, or
const EARLY_FRACTION = 0.1; // of a life that is short
/** Between attempts while the old token still lives. */
export const RENEWAL_PAUSE_MS = 5_000;

/** How requests are made. Times in seconds, one for a whole exchange, from connect to reply. */
export interface RequestOptions {
  readonly attestTimeout: number;
  readonly callTimeout: number;
  readonly connectTimeout: number;
  readonly retries: number;
  readonly maxResponseBytes: number;
  readonly strictInterop: boolean;
}

/** What an attestation answered. */
export interface Attested {
  readonly securityToken: string;
  readonly expiresAt: string | null;
  readonly sessionId: string | null;
}

/** A security token and the times that matter, in milliseconds since 1970; null if it did not say. */
export interface Token {
  readonly attested: Attested;
  readonly renewAt: number | null;
  readonly endsAt: number | null;
}

/** Whom a session is for, and how. */
export interface SessionParameters {
  readonly generation: Generation;
  readonly workloadId: string;
  readonly scope: string;
  readonly key: Ed25519Key;
  readonly requestOptions: RequestOptions;
  readonly enrolmentSecret: string | undefined;
  readonly attestationToken: string | (() => string) | undefined;
  /** Whether an attestation without `expires_at` is none. */
  readonly needsExpiry: boolean;
}

/** One client's side of a session. */
export class Session {
  readonly parameters: SessionParameters;
  token: Token | null = null;
  closed = false;
  #lastProof = 0;

  constructor(parameters: SessionParameters) {
    this.parameters = parameters;
  }

  /** @throws ClientClosed, NotAttested */
  liveToken(): Token {
    this.checkOpen();
    if (this.token !== null) return this.token;
    const message = 'No security token available. Must call attest() first.';
    throw new NotAttested(message, { codeName: 'INVALID_ARGUMENT', dispatched: false });
  }

  /** @throws ClientClosed */
  checkOpen(): void {
    if (this.closed) throw clientClosed();
  }

  renewalIsDue(now: number): boolean {
    const { renewAt } = this.liveToken();
    return renewAt !== null && now >= renewAt;
  }

  /** The second to prove the key at. Each is used once, since a gateway takes a proof once. */
  proofTime(now: number): number {
    this.#lastProof = Math.max(Math.floor(now / 1000), this.#lastProof + 1);
    return this.#lastProof;
  }
}

/** The token of an attestation, whose `expiresAt` is a time if it is there. */
export function tokenOf(attested: Attested, now: number): Token {
  const endsAt = attested.expiresAt === null ? null : parseTime(attested.expiresAt);
  // A token that ended before it came: the clocks disagree, and only the gateway can say when.
  if (endsAt === null || endsAt <= now) return { attested, renewAt: null, endsAt: null };
  const early = Math.min(EARLY_MS, (endsAt - now) * EARLY_FRACTION);
  return { attested, renewAt: endsAt - early, endsAt };
}
