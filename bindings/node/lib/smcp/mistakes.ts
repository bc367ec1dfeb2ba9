/** What a caller did wrong, as errors: nothing was sent. */
import { ClientClosed, ConfigurationError, PayloadError } from './errors.js';

const unsent = { codeName: 'INVALID_ARGUMENT', dispatched: false } as const;

/** Of a client's parameter. */
export function misconfigured(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(message, { ...unsent, cause });
}

/** Of an argument of a call or of an envelope. */
export function unsendable(message: string, cause?: unknown): PayloadError {
  return new PayloadError(message, { ...unsent, cause });
}

/** @param dispatched - null where a request was under way */
export function clientClosed(dispatched: false | null = false): ClientClosed {
  return new ClientClosed('the client was disposed of', { ...unsent, dispatched });
}
