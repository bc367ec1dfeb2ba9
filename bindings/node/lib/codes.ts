/** The table of error codes that the engine holds. */
import { native } from './native.js';
import type { CodeName } from './types.js';

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
