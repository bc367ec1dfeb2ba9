/** A session of the legacy era: what its `initialize` proved, and until when that counts. */
import type { VerificationResult } from '../result.js';
import type { AttestationReason } from '../types.js';
import type { AttestationVerifier } from '../verifier.js';

/** A caller that `initialize` verified. Times are milliseconds since 1970. */
export class AttestedSession {
  readonly result: VerificationResult;
  /** The token of its `initialize`. */
  readonly token: string;
  readonly #verifier: AttestationVerifier;
  readonly #endsAt: number;
  #ended: AttestationReason | null = null;

  constructor(
    verifier: AttestationVerifier,
    result: VerificationResult,
    token: string,
    endsAt: number,
  ) {
    this.#verifier = verifier;
    this.result = result;
    this.token = token;
    this.#endsAt = endsAt;
  }

  /** Why it counts no longer; null while it does. What has ended stays so. */
  ended(now: number): AttestationReason | null {
    this.#ended ??= now >= this.#endsAt ? 'expired' : this.#verifier.judgeAgain(this.result).reason;
    return this.#ended;
  }

  /** Whether the token of a message is of the same caller. */
  isOf(result: VerificationResult): boolean {
    return (
      this.isOfSubject(result) &&
      result.confirmationThumbprint === this.result.confirmationThumbprint
    );
  }

  /** Whether a token is of the same subject, with whatever key. */
  isOfSubject(result: VerificationResult): boolean {
    return (
      result.verified &&
      result.issuer === this.result.issuer &&
      result.subject === this.result.subject
    );
  }
}
