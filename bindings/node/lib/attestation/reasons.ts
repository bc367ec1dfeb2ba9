/** The table of reasons that the engine holds. */
import { native } from '../native.js';
import type { AttestationReason } from './types.js';

/** One row of docs/attestation-reasons.md. */
export interface AttestationReasonRow {
  readonly name: AttestationReason;
  /** The JSON-RPC error code of every request but `initialize`. */
  readonly code: number;
  /** The HTTP status of every request but `initialize`. */
  readonly httpStatus: number;
  /** The JSON-RPC error code in `initialize`, with HTTP status 200. */
  readonly legacyCode: number;
  /** What it means, in one sentence. */
  readonly meaning: string;
  /** What to do about it, in one sentence. */
  readonly advice: string;
}

/** Why tokens are refused, in the engine's order. */
export const attestationReasons: readonly AttestationReasonRow[] = Object.freeze(
  native
    .attestationReasons()
    .map(([name, code, httpStatus, legacyCode, meaning, advice]) =>
      Object.freeze({ name, code, httpStatus, legacyCode, meaning, advice }),
    ),
);

const rows = new Map(attestationReasons.map((row) => [row.name, row]));

/** The row of a reason. */
export function reasonRow(name: AttestationReason): AttestationReasonRow {
  const row = rows.get(name);
  if (row === undefined) throw new Error('the addon knows a reason that the package does not');
  return row;
}
