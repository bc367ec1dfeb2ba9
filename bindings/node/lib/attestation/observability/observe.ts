/** Counts what happened and tells the handlers: the one place for each thing. */
import { native } from '../../native.js';
import type { NativeVerdict } from '../native.js';
import { reasonRow } from '../reasons.js';
import type { AttestationErrorCode } from '../types.js';
import { type CircuitState, emit, hasHandlers } from './events.js';
import { getMetrics } from './metrics.js';

export function observeVerification(verdict: NativeVerdict, milliseconds: number): void {
  const { verified, reason, issuer } = verdict;
  const metrics = getMetrics();
  metrics.recordVerification(verified, milliseconds, (verified && issuer) || undefined);
  if (reason !== null) metrics.recordFailure(reason);
  // Only a token whose every other check passed is found to be used twice.
  const replayed = reason === 'replay' && issuer !== null;
  if (replayed) metrics.recordReplayDetected(issuer);
  if (!hasHandlers()) return;
  const details = native.attestationVerdictDetails(verdict.handle);
  emit((handler) => {
    if (replayed) handler.onReplayDetected?.(issuer, details.tokenId ?? '');
    if (reason === null) {
      handler.onVerificationSuccess?.(issuer ?? '', details.subject ?? '', details.trustLevel);
    } else {
      const code = reasonRow(reason).legacyCode as AttestationErrorCode;
      handler.onVerificationFailure?.(replayed ? issuer : null, details.message ?? '', code);
    }
  });
}

export function observeIssuance(
  issuer: string,
  lifetimeSeconds: number,
  milliseconds: number,
): void {
  getMetrics().recordTokenCreation(milliseconds, issuer);
  if (hasHandlers()) emit((handler) => handler.onTokenCreated?.(issuer, lifetimeSeconds));
}

export function observeFetch(issuer: string, succeeded: boolean, milliseconds: number): void {
  getMetrics().recordJwksFetch(succeeded, milliseconds);
  if (hasHandlers()) emit((handler) => handler.onJwksFetch?.(issuer, succeeded));
}

export function observeBreaker(issuer: string, before: CircuitState, after: CircuitState): void {
  if (after === 'open') getMetrics().recordCircuitBreakerOpen();
  if (hasHandlers()) {
    emit((handler) => handler.onCircuitBreakerStateChange?.(issuer, before, after));
  }
}
