/** Stops asking a server that does not answer. */
import { options } from '../../check.js';
import { CallgateError } from '../../errors.js';
import type { CircuitState as State } from '../observability/events.js';
import { KeysUnavailable } from './errors.js';

export const CircuitState = { CLOSED: 'closed', OPEN: 'open', HALF_OPEN: 'half_open' } as const;
export type CircuitState = State;

export interface CircuitBreakerConfig {
  /** Failures in a row that open it: 5. */
  readonly failureThreshold?: number;
  /** How long it stays open: 30,000. */
  readonly recoveryTimeoutMs?: number;
  /** Calls that are let through at once to see whether it may close: 1. */
  readonly halfOpenMaxCalls?: number;
}

/** Tells of a change of state. */
export type StateListener = (before: CircuitState, after: CircuitState) => void;

/**
 * Closed, it lets everything through; after enough failures in a row it opens and refuses; after a
 * while it is half open and lets a few calls through, whose outcome closes or opens it.
 */
export class CircuitBreaker {
  readonly #threshold: number;
  readonly #recovery: number;
  readonly #probes: number;
  readonly #clock: () => number;
  readonly #listener: StateListener | undefined;
  #state: CircuitState = CircuitState.CLOSED;
  #failures = 0;
  #openedAt = 0;
  #underWay = 0;

  /** @param clock - milliseconds that never run backwards */
  constructor(
    config: CircuitBreakerConfig = {},
    clock: () => number = () => performance.now(),
    listener?: StateListener,
  ) {
    const given = options<CircuitBreakerConfig>(config, [
      'failureThreshold',
      'recoveryTimeoutMs',
      'halfOpenMaxCalls',
    ]);
    this.#threshold = positive(given.failureThreshold ?? 5, 'failureThreshold');
    this.#recovery = positive(given.recoveryTimeoutMs ?? 30_000, 'recoveryTimeoutMs');
    this.#probes = positive(given.halfOpenMaxCalls ?? 1, 'halfOpenMaxCalls');
    this.#clock = clock;
    this.#listener = listener;
  }

  get state(): CircuitState {
    const waited = this.#clock() - this.#openedAt >= this.#recovery;
    if (this.#state === CircuitState.OPEN && waited) this.#become(CircuitState.HALF_OPEN);
    return this.#state;
  }

  /** What the call gives. @throws KeysUnavailable where it is refused, else what the call throws */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const { state } = this;
    const busy = state === CircuitState.HALF_OPEN && this.#underWay >= this.#probes;
    if (state === CircuitState.OPEN || busy) {
      throw new KeysUnavailable('its server failed too often; it is asked again later');
    }
    this.#underWay++;
    try {
      const value = await call();
      this.#succeeded();
      return value;
    } catch (error) {
      this.#failed();
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  /** Closes it, as after a success. */
  reset(): void {
    this.#succeeded();
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#become(CircuitState.CLOSED);
  }

  #failed(): void {
    this.#failures++;
    if (this.#state !== CircuitState.HALF_OPEN && this.#failures < this.#threshold) return;
    this.#openedAt = this.#clock();
    this.#become(CircuitState.OPEN);
  }

  #become(state: CircuitState): void {
    const before = this.#state;
    if (before === state) return;
    this.#state = state;
    if (state === CircuitState.HALF_OPEN) this.#underWay = 0;
    this.#listener?.(before, state);
  }
}

/** A whole number of at least 1. @throws CallgateError INVALID_ARGUMENT */
export function positive(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new CallgateError(`${name} must be a whole number above 0`, 'INVALID_ARGUMENT', name);
  }
  return value as number;
}
