/** The error codes: their stable names, and the table that the engine holds. */
import { native } from './native.js';

/** The stable name of an error code. Numbers differ between SMCP and SEAL paths; names do not. */
export type CodeName =
  | 'INVALID_ENVELOPE'
  | 'INVALID_SIGNATURE'
  | 'EXPIRED_TOKEN'
  | 'INVALID_TOKEN'
  | 'REPLAY_DETECTED'
  | 'UNKNOWN_SESSION'
  | 'SESSION_INACTIVE'
  | 'TOOL_NOT_ALLOWED'
  | 'TOOL_EXPLICITLY_DENIED'
  | 'PATH_NOT_ALLOWED'
  | 'DOMAIN_NOT_ALLOWED'
  | 'COMMAND_NOT_ALLOWED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'OUTPUT_SIZE_EXCEEDED'
  | 'ARGUMENT_NOT_ALLOWED'
  | 'UNKNOWN_WORKLOAD'
  | 'SCOPE_NOT_FOUND'
  | 'WORKLOAD_VERIFICATION_FAILED'
  | 'KEY_REFUSED'
  | 'CONTEXT_EXCEEDS_PARENT_CEILING'
  | 'LEDGER_UNAVAILABLE'
  | 'LEDGER_FULL'
  | 'CLOCK_STEPPED'
  | 'AUDIT_UNAVAILABLE'
  | 'SIGNER_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_FAILED'
  | 'LIMIT_EXCEEDED'
  | 'INTERNAL_ERROR'
  | 'INVALID_JSON'
  | 'INVALID_POLICY'
  | 'INVALID_ARGUMENT';

/** One row of the table of error codes. */
export interface ErrorCode {
  readonly name: CodeName;
  /** The number on SMCP paths, and `code` in this API. */
  readonly code: number;
  /** The number on SEAL paths. */
  readonly sealCode: number;
  /** When it is reported, in one sentence. */
  readonly meaning: string;
}

/** The table of error codes, in the engine's order. */
export const errorCodes: readonly ErrorCode[] = Object.freeze(
  native
    .codes()
    .map(([name, code, sealCode, meaning]) => Object.freeze({ name, code, sealCode, meaning })),
);

/** The row of a code that the engine gave by its position. */
export function codeAt(index: number): ErrorCode {
  const row = errorCodes[index];
  if (row === undefined) throw new Error('the addon knows a code that the package does not');
  return row;
}

/** The row of a name. */
export function codeNamed(name: CodeName): ErrorCode {
  return codeAt(errorCodes.findIndex((row) => row.name === name));
}
