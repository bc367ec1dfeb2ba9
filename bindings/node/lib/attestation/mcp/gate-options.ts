/** How a gate is set up. */
import { list, options, seconds, wrongType } from '../../check.js';
import { CallgateError } from '../../errors.js';
import type { AttestationReason } from '../types.js';
import type { ToolGuard } from './tool-guards.js';

/** Seconds: one hour. */
const SESSION_LIFETIME = 3600;

export interface AttestationGateOptions {
  /**
   * How long a session of the legacy era lasts, whatever becomes of its token: seconds, one hour by
   * default. `'token'`: until the token of its `initialize` expires.
   */
  readonly sessionLifetime?: number | 'token';
  /** As `requireAttestation` of the gate. */
  readonly guards?: readonly ToolGuard[];
  /**
   * Told of every message that does not go on, for logs. Nothing of it is secret. What it throws is
   * a warning of the process: the message is refused all the same.
   */
  readonly onRefused?: (refused: RefusedMessage) => void;
  /** The clock of sessions and streams, in milliseconds since 1970; the wall clock by default. */
  readonly now?: () => number;
}

/** A message that did not go on. */
export interface RefusedMessage {
  /** null: it could not be read. */
  readonly reason: AttestationReason | null;
  /** The place in token, proof or message. */
  readonly where: string | null;
  /** Whether it was dropped without an answer, being none that is answered. */
  readonly dropped: boolean;
  /** What was thrown, where it could not be judged. */
  readonly cause?: unknown;
}

/** Options that were checked. */
export interface GateSettings {
  /** Seconds. */
  readonly sessionLifetime: number | 'token';
  readonly guards: readonly ToolGuard[];
  readonly onRefused: (refused: RefusedMessage) => void;
  readonly now: () => number;
}

/** The border for options. @throws TypeError; CallgateError INVALID_ARGUMENT */
export function gateSettings(given: AttestationGateOptions): GateSettings {
  const known = options<AttestationGateOptions>(given, [
    'sessionLifetime',
    'guards',
    'onRefused',
    'now',
  ]);
  return {
    sessionLifetime: lifetime(known.sessionLifetime ?? SESSION_LIFETIME),
    guards: list(known.guards ?? [], 'guards') as readonly ToolGuard[],
    onRefused: harmless(callable(known.onRefused ?? (() => {}), 'onRefused')),
    now: callable(known.now ?? Date.now, 'now'),
  };
}

function harmless(told: (refused: RefusedMessage) => void): (refused: RefusedMessage) => void {
  return (refused) => {
    try {
      told(refused);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}

function lifetime(value: unknown): number | 'token' {
  if (value === 'token') return value;
  const given = seconds(value, 'sessionLifetime');
  if (given > 0) return given;
  const message = "must be a positive number of seconds, or 'token'";
  throw new CallgateError(message, 'INVALID_ARGUMENT', 'sessionLifetime');
}

/** The border for functions. @throws TypeError */
export function callable<T>(value: T, name: string): T {
  if (typeof value !== 'function') throw wrongType(value, name, 'a function');
  return value;
}
