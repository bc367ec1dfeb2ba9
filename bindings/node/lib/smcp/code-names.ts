/** Code names by what they mean to a client, and their numbers in the table of each protocol. */
import { codeNamed, errorCodes } from '../codes.js';
import type { CallgateError } from '../errors.js';
import type { CodeName, Protocol } from '../types.js';

/** Policy denied the call: the names of the 2xxx range. */
export type PolicyCodeName =
  | 'TOOL_NOT_ALLOWED'
  | 'TOOL_EXPLICITLY_DENIED'
  | 'PATH_NOT_ALLOWED'
  | 'DOMAIN_NOT_ALLOWED'
  | 'COMMAND_NOT_ALLOWED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'OUTPUT_SIZE_EXCEEDED'
  | 'ARGUMENT_NOT_ALLOWED';

/** What attesting again may cure. */
export type TokenCodeName = 'INVALID_TOKEN' | 'EXPIRED_TOKEN';

/** All other names. */
export type OtherCodeName = Exclude<CodeName, PolicyCodeName | TokenCodeName>;

/** Whether policy answers so: the names of the 2xxx range. */
export function isPolicyCodeName(name: CodeName): name is PolicyCodeName {
  return Math.floor(codeNamed(name).code / 1000) === 2;
}

/** Whether attesting again may cure it. */
export function isTokenCodeName(name: CodeName): name is TokenCodeName {
  return name === 'INVALID_TOKEN' || name === 'EXPIRED_TOKEN';
}

/** The engine's name, as it is: asked about envelopes and keys, it names no policy and no token. */
export function engineCodeName({ codeName }: CallgateError): OtherCodeName {
  return codeName as OtherCodeName;
}

/** The number of a code name in the table of the protocol. */
export function numberIn(protocol: Protocol, codeName: CodeName): number {
  const row = codeNamed(codeName);
  return protocol === 'seal/v1' ? row.sealCode : row.code;
}

/** The name of a number in the table of the protocol: the first where names share it. */
export function nameOf(
  number: number | null | undefined,
  protocol: Protocol,
): CodeName | undefined {
  return errorCodes.find((row) => numberIn(protocol, row.name) === number)?.name;
}
