/** Why the keys of an issuer cannot be told. */
import { CallgateError } from '../../errors.js';

/** The keys of an issuer could not be fetched or read. Nothing is known of any `kid` then. */
export class KeysUnavailable extends CallgateError {
  /** Whether the same request may succeed soon. */
  readonly retryable: boolean;
  /** What went wrong, in a clause. */
  readonly reason: string;

  constructor(
    reason: string,
    given: { readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(`the keys of the issuer cannot be fetched: ${reason}`, 'UPSTREAM_FAILED');
    this.reason = reason;
    this.retryable = given.retryable ?? false;
    if (given.cause !== undefined) {
      // As with Error's own, no enumerable property.
      Object.defineProperty(this, 'cause', { value: given.cause, configurable: true });
    }
  }
}

/** Every attempt failed; `lastError` says how the last one did. */
export class RetryError extends KeysUnavailable {
  readonly attempts: number;
  readonly lastError: unknown;

  constructor(attempts: number, lastError: unknown) {
    const why = lastError instanceof KeysUnavailable ? `, at last: ${lastError.reason}` : '';
    super(`${attempts === 1 ? 'one attempt' : `${attempts} attempts`} failed${why}`, {
      retryable: true,
      cause: lastError,
    });
    this.attempts = attempts;
    this.lastError = lastError;
  }
}
