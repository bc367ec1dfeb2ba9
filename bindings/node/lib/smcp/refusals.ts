/** An error body of any generation, or of a proxy before the gateway, as one error. */
import { errorCodes } from '../codes.js';
import { isObject, type JsonObject } from '../json.js';
import type { CodeName, Protocol } from '../types.js';
import { isPolicyCodeName, isTokenCodeName, nameOf } from './code-names.js';
import { GatewayRefused, type NamedOptions, TokenRefused, ToolDenied } from './errors.js';
import { type HttpResponse, plain, retryAfterHeader } from './wire.js';

const LONGEST = 1e9; // seconds; more is no time to wait

/**
 * The error that says what the gateway said.
 *
 * It understands the nested form (`error.code`, `error.name`), the flat one (`error_code`) and what
 * is no body of the protocol (`{"detail": …}`, `{"error": "unauthorized"}`).
 */
export function refusal(
  response: HttpResponse,
  body: JsonObject,
  protocol: Protocol,
): GatewayRefused {
  const nested: unknown = body['error'];
  const error: JsonObject = isObject(nested) ? nested : {};
  const number = first(isInteger, error['code'], body['error_code']);
  const said = first(isString, error['name'], error['code'], body['error_code']);
  const name = known(said) ?? nameOf(number, protocol);
  const message = first(isString, error['message'], body['message'], nested, body['detail']);
  const details: unknown = error['details'];
  let text = message ? plain(message) : 'no reason given';
  if (name === undefined) {
    text = `status ${response.status} with no error code of this protocol: ${text}`;
  }
  return make(text, {
    codeName: name ?? 'UPSTREAM_FAILED',
    statusCode: number ?? null,
    dispatched: first(isBoolean, error['dispatched'], body['dispatched']) ?? null,
    retryAfter: retryAfter(error['retry_after'], response),
    requestId: requestId(error['request_id']),
    httpStatus: response.status,
    details: isObject(details) && Object.keys(details).length > 0 ? details : null,
  });
}

function make(text: string, options: NamedOptions<CodeName>): GatewayRefused {
  const { codeName } = options;
  if (isTokenCodeName(codeName)) return new TokenRefused(text, { ...options, codeName });
  if (isPolicyCodeName(codeName)) return new ToolDenied(text, { ...options, codeName });
  return new GatewayRefused(text, options);
}

function known(name: string | undefined): CodeName | undefined {
  return errorCodes.find((row) => row.name === name)?.name;
}

function retryAfter(value: unknown, response: HttpResponse): number | null {
  if (typeof value === 'number' && value >= 0 && value < LONGEST) return value;
  return retryAfterHeader(response);
}

function requestId(value: unknown): string | number | null {
  if (typeof value === 'string') return plain(value, 128);
  return isInteger(value) ? value : null;
}

function first<T>(is: (value: unknown) => value is T, ...values: unknown[]): T | undefined {
  return values.find(is);
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
