/** A denial by a guard as an error. */
import type { GuardDenied, PolicyDenied } from './decision.js';
import { CallgateError } from './errors.js';

/** A guarded tool was not called, or its result is kept back: `decision` says why. */
export class GuardError extends CallgateError {
  declare readonly decision: GuardDenied | PolicyDenied;

  constructor(decision: GuardDenied | PolicyDenied) {
    super(decision.reason, decision.codeName);
    // Not shown with the error: it says what the caller sent.
    Object.defineProperty(this, 'decision', { value: decision });
  }
}
