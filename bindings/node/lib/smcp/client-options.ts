/** The parameters of a client, checked. */
import { Ed25519Key } from './ed25519-key.js';
import { type GenerationName, generations } from './generations.js';
import { misconfigured, unsendable } from './mistakes.js';
import type { RequestOptions } from './session.js';
import type { ClientCertificate } from './tls-options.js';

export interface ClientOptions {
  /** `'B'` for SMCPClient and `'C'` for SEALClient by default. */
  readonly generation?: GenerationName;
  /** A key of yours, which stays yours to erase. A new one by default. */
  readonly key?: Ed25519Key;
  /** For executions that are tied to one. Goes to the attestation path only. */
  readonly enrolmentSecret?: string;
  /**
   * The agent's attestation token, or a function that returns another for each attestation, as a
   * token opens or renews one session. Goes to the attestation path only.
   */
  readonly attestationToken?: string | (() => string);
  /** Seconds for an attestation, from connecting to the last byte, of each attempt. 10. */
  readonly attestTimeout?: number;
  /** The same for a call. 30. */
  readonly callTimeout?: number;
  /** Seconds of it for connecting, the TLS handshake included. 5. */
  readonly connectTimeout?: number;
  /** How often one request may be sent again, 0 to 10. 2. */
  readonly retries?: number;
  /** A larger reply is not read on. 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Authorities in PEM, instead of Node's own. */
  readonly caFile?: string | URL;
  readonly clientCertificate?: ClientCertificate;
  /** Refuse values that languages write differently. False. */
  readonly strictInterop?: boolean;
}

export interface CallOptions {
  /** Aborts the wait; the call may have been made. Rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const known: readonly string[] = [
  'generation',
  'key',
  'enrolmentSecret',
  'attestationToken',
  'attestTimeout',
  'callTimeout',
  'connectTimeout',
  'retries',
  'maxResponseBytes',
  'caFile',
  'clientCertificate',
  'strictInterop',
] satisfies (keyof ClientOptions)[];

// Timers of Node fire at once for what does not fit in 31 bits of milliseconds.
const LONGEST_SECONDS = 2_147_483;

/** @throws ConfigurationError */
export function checkedOptions(options: unknown): ClientOptions {
  if (typeof options !== 'object' || options === null) {
    throw misconfigured('options must be an object');
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw misconfigured(`unknown option ${JSON.stringify(name)}; known are ${known.join(', ')}`);
    }
  }
  const { generation, key, enrolmentSecret, attestationToken, strictInterop } =
    options as ClientOptions;
  if (generation !== undefined && !Object.hasOwn(generations, generation)) {
    throw misconfigured("generation must be 'A', 'B' or 'C'");
  }
  if (key !== undefined && !Ed25519Key.isEd25519Key(key))
    throw misconfigured('key must be an Ed25519Key');
  if (enrolmentSecret !== undefined) checkedText(enrolmentSecret, 'enrolmentSecret');
  if (attestationToken !== undefined && typeof attestationToken !== 'function') {
    checkedText(attestationToken, 'attestationToken');
  }
  if (strictInterop !== undefined && typeof strictInterop !== 'boolean') {
    throw misconfigured('strictInterop must be a boolean');
  }
  return options;
}

/** @throws ConfigurationError */
export function requestOptionsOf(options: ClientOptions): RequestOptions {
  const { attestTimeout = 10, callTimeout = 30, connectTimeout = 5 } = options;
  const { retries = 2, maxResponseBytes = 16 * 1024 * 1024, strictInterop = false } = options;
  for (const [name, seconds] of Object.entries({ attestTimeout, callTimeout, connectTimeout })) {
    if (!(typeof seconds === 'number' && seconds > 0 && seconds <= LONGEST_SECONDS)) {
      throw misconfigured(
        `${name} must be a number of seconds above 0, at most ${LONGEST_SECONDS}`,
      );
    }
  }
  if (!(Number.isInteger(retries) && retries >= 0 && retries <= 10)) {
    throw misconfigured('retries must be an integer from 0 to 10');
  }
  if (!(Number.isSafeInteger(maxResponseBytes) && maxResponseBytes > 0)) {
    throw misconfigured('maxResponseBytes must be an integer above 0');
  }
  return { attestTimeout, callTimeout, connectTimeout, retries, maxResponseBytes, strictInterop };
}

/**
 * A signal that goes unseen would abort nothing.
 *
 * @throws PayloadError
 */
export function signalOf(options: unknown): AbortSignal | undefined {
  if (typeof options !== 'object' || options === null || options instanceof AbortSignal) {
    throw unsendable('the options of a call must be an object with a signal');
  }
  const { signal, ...others } = options as CallOptions;
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw unsendable(`unknown option ${JSON.stringify(other)} of a call; known is signal`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw unsendable('signal must be an AbortSignal');
  }
  return signal;
}

/** @throws ConfigurationError */
export function checkedText(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') {
    throw misconfigured(`${name} must be a string that is not empty`);
  }
  if (!value.isWellFormed()) {
    throw misconfigured(`${name} holds a lone surrogate, which is no Unicode text`);
  }
  return value;
}
