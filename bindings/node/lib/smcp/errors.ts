/** What can go wrong between a client and a gateway, told apart by class or `codeName`. */
import { CallgateError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { CodeName, Protocol } from '../types.js';
import {
  nameOf,
  numberIn,
  type OtherCodeName,
  type PolicyCodeName,
  type TokenCodeName,
} from './code-names.js';

export interface SMCPErrorOptions {
  /** The one of `statusCode` by default. */
  readonly codeName?: CodeName;
  readonly statusCode?: number | null;
  readonly dispatched?: boolean | null;
  /** Seconds. */
  readonly retryAfter?: number | null;
  readonly requestId?: string | number | null;
  readonly httpStatus?: number | null;
  readonly details?: JsonObject | null;
  readonly cause?: unknown;
}

/**
 * Any failure of the SDK, {@link SEALError} as well: the errors of either class are instances of
 * both. The message of those that leave `callTool` begins with whether the tool ran. Those that a
 * program makes without a code have no `codeName`, `code` and `statusCode`.
 */
export class SMCPError extends CallgateError {
  /** The number in the generation of the path, which differs from `code` on SEAL paths only. */
  readonly statusCode: number;
  /** false: the tool did not run. true: the call was sent to its server. null: unknown. */
  readonly dispatched: boolean | null;
  /** Seconds. */
  readonly retryAfter: number | null;
  /** The JSON-RPC id of the call. */
  readonly requestId: string | number | null;
  /** Of the gateway's reply. */
  readonly httpStatus: number | null;
  /** What else the gateway says. */
  readonly details: JsonObject | null;

  /** @param given - a number is `code`, as in the published SDKs; one of SMCP names the error too */
  constructor(message: string, given: number | SMCPErrorOptions = {}) {
    const options = typeof given === 'number' ? { statusCode: given } : given;
    const { codeName = nameOf(options.statusCode, 'smcp/v1') } = options;
    super(message, codeName ?? 'INTERNAL_ERROR');
    this.statusCode = options.statusCode ?? this.code;
    if (codeName === undefined) dropCode(this, options.statusCode);
    if (typeof given === 'number') setCode(this, given);
    this.dispatched = options.dispatched ?? null;
    this.retryAfter = options.retryAfter ?? null;
    this.requestId = options.requestId ?? null;
    this.httpStatus = options.httpStatus ?? null;
    this.details = options.details ?? null;
    if (options.cause !== undefined) {
      // As with Error's own, shown by console.log but no enumerable property.
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true });
    }
  }

  static {
    brand(this.prototype, 'SMCPError');
    setName(this.prototype, 'SMCPError');
  }
}

/** {@link SMCPError} by the name that it has in the published SEAL SDK. */
export class SEALError extends SMCPError {
  /** True for every SMCPError. */
  static override [Symbol.hasInstance](value: unknown): value is SEALError {
    // A class that a program derives matches its own instances only.
    if (this !== SEALError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return value instanceof SMCPError;
  }

  static {
    setName(this.prototype, 'SEALError');
  }
}

/** The options of an error whose class says which names it has: one of them must be given. */
export type NamedOptions<Name extends CodeName> = SMCPErrorOptions & { readonly codeName: Name };

type Unsent<Name extends CodeName> = NamedOptions<Name> & { readonly dispatched: false };

/** A failure of a kind, made with the names that its kind has and no others. */
abstract class NamedError<Name extends CodeName> extends SMCPError {
  declare readonly codeName: Name;

  constructor(message: string, options: NamedOptions<Name>) {
    super(message, options);
  }
}

/** A parameter of a client that cannot be right. */
export class ConfigurationError extends NamedError<'INVALID_ARGUMENT'> {}

/** An argument of a call that cannot be sent: nothing was. */
export class PayloadError extends NamedError<OtherCodeName> {}

/** A call before `attest`. */
export class NotAttested extends NamedError<'INVALID_ARGUMENT'> {}

/** A client that was disposed of, or a key that was erased. */
export class ClientClosed extends NamedError<'INVALID_ARGUMENT'> {}

/**
 * An envelope that does not verify: malformed, forged, of another protocol, or too old. `code` is
 * the number of the envelope's protocol, as in the published SDKs.
 */
export class VerificationError extends NamedError<OtherCodeName> {
  constructor(message: string, protocol: Protocol, codeName: OtherCodeName, cause?: unknown) {
    const statusCode = numberIn(protocol, codeName);
    super(message, { codeName, statusCode, cause });
    setCode(this, statusCode);
    if (protocol === 'seal/v1') setName(this, 'SEALError');
  }
}

/** No connection: nothing was sent. */
export class GatewayUnreachable extends NamedError<'UPSTREAM_FAILED'> {
  declare readonly dispatched: false;

  constructor(message: string, options: Unsent<'UPSTREAM_FAILED'>) {
    super(message, options);
  }
}

/** The gateway's certificate does not verify. Not retried. */
export class CertificateRefused extends GatewayUnreachable {}

/** The connection broke after the request began. `dispatched` is null. */
export class ConnectionLost extends NamedError<'UPSTREAM_FAILED'> {}

/** No complete reply within the time-out. `dispatched` is null. */
export class GatewayTimeout extends NamedError<'UPSTREAM_TIMEOUT'> {}

/** A reply that is not of the protocol, so not a result. */
export class InvalidResponse<
  Name extends 'UPSTREAM_FAILED' | 'LIMIT_EXCEEDED' = 'UPSTREAM_FAILED' | 'LIMIT_EXCEEDED',
> extends NamedError<Name> {}

/** The gateway answered with a redirect; a signed envelope is not sent elsewhere. */
export class RedirectRefused extends InvalidResponse<'UPSTREAM_FAILED'> {}

/** The reply exceeds `maxResponseBytes` and was not read on. */
export class ResponseTooLarge extends InvalidResponse<'LIMIT_EXCEEDED'> {}

/** The reply answers another request. */
export class WrongResponseId extends InvalidResponse<'UPSTREAM_FAILED'> {}

/** The gateway answered with an error; its code, name and message are this error's. */
export class GatewayRefused<Name extends CodeName = CodeName> extends NamedError<Name> {}

/** Policy denied the call. */
export class ToolDenied extends GatewayRefused<PolicyCodeName> {
  static {
    brand(this.prototype, 'ToolDenied');
  }
}

/** The token was refused, after the one renewal that the SDK tries. */
export class TokenRefused extends GatewayRefused<TokenCodeName> {
  static {
    brand(this.prototype, 'TokenRefused');
  }
}

/** What a tool's server sent instead of a result (JSON-RPC 2.0, section 5.1). */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** The tool's server answered with a JSON-RPC error. `dispatched` is true. */
export class ToolCallError extends NamedError<'UPSTREAM_FAILED'> {
  /** The server's own. */
  readonly rpcCode: number;
  readonly rpcMessage: string;
  readonly rpcData: unknown;

  constructor(message: string, rpc: RpcError, requestId: string) {
    super(message, { codeName: 'UPSTREAM_FAILED', dispatched: true, requestId, httpStatus: 200 });
    this.rpcCode = rpc.code;
    this.rpcMessage = rpc.message;
    this.rpcData = rpc.data;
  }

  static {
    brand(this.prototype, 'ToolCallError');
  }
}

/** Of an attestation that a call needed: whatever became of it, the call was not sent. */
export function notDispatched(error: unknown): unknown {
  if (error instanceof SMCPError) {
    Object.defineProperty(error, 'dispatched', { value: false, enumerable: true });
  }
  return error;
}

/** Says which request failed, where the error does not. */
export function ofRequest(error: unknown, requestId: string): unknown {
  if (error instanceof SMCPError && error.requestId === null) {
    Object.defineProperty(error, 'requestId', { value: requestId, enumerable: true });
  }
  return error;
}

/** Calls an error what the published SEAL SDK calls its errors. */
export function asSealError(error: unknown): unknown {
  if (error instanceof SMCPError) setName(error, 'SEALError');
  return error;
}

/** The mark that guards look for; the same in every copy of the package. */
export function brandOf(className: string): symbol {
  return Symbol.for(`callgate/smcp ${className}`);
}

function brand(prototype: object, className: string): void {
  Object.defineProperty(prototype, brandOf(className), { value: true });
}

/** As with Error's own classes, the name is no enumerable property. */
function setName(target: object, value: string): void {
  Object.defineProperty(target, 'name', { value, configurable: true, writable: true });
}

function setCode(error: SMCPError, value: number): void {
  Object.defineProperty(error, 'code', { value, enumerable: true, configurable: true });
}

/** Of an error that no code was given for. */
function dropCode(error: SMCPError, statusCode: number | null | undefined): void {
  Reflect.deleteProperty(error, 'codeName');
  Reflect.deleteProperty(error, 'code');
  if (statusCode === null || statusCode === undefined) Reflect.deleteProperty(error, 'statusCode');
}
