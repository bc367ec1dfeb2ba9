/** A denial as an error. */
import type { Denied } from './decision.js';
import { CallgateError } from './errors.js';

/** What `Gate.authorizeOrThrow` throws: the call was denied. */
export class DeniedError extends CallgateError {
  declare readonly decision: Denied;
  /** The payload's `id`, as far as it was verified. */
  declare readonly requestId: string | number | bigint | null;

  constructor(decision: Denied) {
    super(decision.reason, decision.codeName);
    // Neither is shown with the error: they hold what the caller sent.
    Object.defineProperty(this, 'decision', { value: decision });
    Object.defineProperty(this, 'requestId', { value: decision.requestId });
  }
}
