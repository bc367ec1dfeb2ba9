/** What happened, told to a program's own handlers. */
import { wrongType } from '../../check.js';
import type { AttestationErrorCode, TrustLevel } from '../types.js';

export type CircuitState = 'closed' | 'open' | 'half_open';

/**
 * Methods that are called as things happen; each is optional. What one throws is emitted as a
 * warning, and changes nothing. `issuer` is that of a configured issuer, or null where the token
 * did not verify; no method is given a token.
 */
export interface AttestationEventHandler {
  onVerificationSuccess?(issuer: string, subject: string, trustLevel: TrustLevel): void;
  onVerificationFailure?(
    issuer: string | null,
    error: string,
    errorCode: AttestationErrorCode,
  ): void;
  onReplayDetected?(issuer: string, jti: string): void;
  onTokenCreated?(issuer: string, lifetimeSeconds: number): void;
  onJwksFetch?(issuer: string, succeeded: boolean): void;
  onCircuitBreakerStateChange?(
    issuer: string,
    oldState: CircuitState,
    newState: CircuitState,
  ): void;
}

const handlers = new Set<AttestationEventHandler>();

/** @throws TypeError */
export function registerEventHandler(handler: AttestationEventHandler): void {
  if (typeof handler !== 'object' || (handler as unknown) === null) {
    throw wrongType(handler, 'handler', 'an object');
  }
  handlers.add(handler);
}

/** Does nothing for a handler that was not registered. */
export function unregisterEventHandler(handler: AttestationEventHandler): void {
  handlers.delete(handler);
}

export function hasHandlers(): boolean {
  return handlers.size > 0;
}

/** Tells every handler; the others are told as well where one throws. */
export function emit(tell: (handler: AttestationEventHandler) => void): void {
  for (const handler of handlers) {
    try {
      tell(handler);
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      process.emitWarning(`an AttestationEventHandler threw: ${name}`, {
        code: 'CALLGATE_EVENT_HANDLER',
      });
    }
  }
}
