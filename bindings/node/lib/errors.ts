/** The one family of errors. */
import { codeAt, codeNamed } from './codes.js';
import { native } from './native.js';
import type { CodeName, ErrorClassName, LoadFault } from './types.js';

/**
 * What callgate refused, and why. Tell errors apart by class or `codeName`, never by message.
 *
 * No part of it holds a key, a token or unbounded text of the input.
 */
export class CallgateError extends Error {
  /** The stable name, e.g. `"INVALID_JSON"`. */
  readonly codeName: CodeName;
  /** Its number on SMCP paths and in this API. */
  readonly code: number;
  /** The place, if there is one: `"byte 17"`, `"contexts.yaml:3:5"`, `"/params/name"`. */
  readonly where: string | null;

  constructor(message: string, codeName: CodeName, where: string | null = null) {
    super(where === null ? message : `${where}: ${message}`);
    this.codeName = codeName;
    this.code = codeNamed(codeName).code;
    this.where = where;
  }

  static {
    // As with Error's own classes, the name is no property of each error.
    Object.defineProperty(this.prototype, 'name', { get: nameOfClass, configurable: true });
  }
}

/** A text is not acceptable JSON. */
export class JsonError extends CallgateError {}

/** A key is malformed or weak. */
export class KeyFormatError extends CallgateError {}

/** A policy document does not load, or has no context of that name. */
export class PolicyError extends CallgateError {
  /**
   * All that is wrong with what does not load, at most 100 faults in the order of the text; message
   * and `where` are those of the first. Empty for an unknown context.
   */
  readonly errors: readonly LoadFault[];

  constructor(
    message: string,
    codeName: CodeName,
    where: string | null = null,
    errors: readonly LoadFault[] = [],
  ) {
    super(message, codeName, where);
    this.errors = errors;
  }
}

/** A security token is not acceptable. */
export class TokenError extends CallgateError {}

/** An envelope is malformed, or its signature does not verify. */
export class EnvelopeError extends CallgateError {}

/** A session cannot be opened, renewed or ended. */
export class SessionError extends CallgateError {}

function nameOfClass(this: Error): string {
  return this.constructor.name;
}

const classes: Readonly<Record<ErrorClassName, typeof CallgateError>> = {
  CallgateError,
  EnvelopeError,
  JsonError,
  KeyFormatError,
  PolicyError,
  SessionError,
  TokenError,
};

native.onError(
  (className, code, message, where) => new classes[className](message, codeAt(code).name, where),
);
