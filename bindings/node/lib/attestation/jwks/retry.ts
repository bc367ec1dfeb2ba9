/** Repeats what failed, at growing intervals. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KeysUnavailable, RetryError } from './errors.js';

export interface RetryConfig {
  /** After the first attempt. */
  readonly maxRetries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** By how much each delay is longer than the one before. */
  readonly exponentialBase: number;
  /** Whether each delay is multiplied by a random number from 0.5 to 1.5. */
  readonly jitter: boolean;
}

export const USUAL_RETRIES: RetryConfig = {
  maxRetries: 3,
  baseDelayMs: 500,
  maxDelayMs: 10_000,
  exponentialBase: 2,
  jitter: true,
};

/** The delay after an attempt, which counts from 0, in milliseconds. */
export function retryDelay(config: RetryConfig, attempt: number): number {
  const { baseDelayMs, maxDelayMs, exponentialBase, jitter } = config;
  const delay = Math.min(baseDelayMs * exponentialBase ** attempt, maxDelayMs);
  return jitter ? delay * (0.5 + Math.random()) : delay;
}

/**
 * What the first attempt that succeeds gives.
 *
 * @param signal - ends attempts and waits
 * @throws KeysUnavailable that is not worth repeating, RetryError after the last attempt
 */
export async function withRetries<T>(
  config: RetryConfig,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof KeysUnavailable) || !error.retryable) throw error;
      if (tried >= config.maxRetries || signal.aborted) throw new RetryError(tried + 1, error);
      const wait = sleep(retryDelay(config, tried), undefined, { signal });
      await wait.catch(() => {
        throw new RetryError(tried + 1, error);
      });
    }
  }
}
