/** The replies of a gateway: what of them counts, and the error for everything else. */
import { isObject, type JsonObject } from '../json.js';
import { defaultLimits } from '../limits.js';
import { InvalidResponse, ToolCallError, WrongResponseId } from './errors.js';
import { refusal } from './refusals.js';
import type { Attested, SessionParameters } from './session.js';
import { parseTime } from './timestamp.js';
import { type HttpResponse, invalid, plain, readObject } from './wire.js';

/** One tool, as its server describes it (MCP, `tools/list`). */
export interface ToolDescription {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** @throws GatewayRefused, InvalidResponse */
export function readAttestation(response: HttpResponse, parameters: SessionParameters): Attested {
  const reply = successful(response, parameters);
  const {
    security_token: token,
    expires_at: expiresAt = null,
    session_id: sessionId = null,
  } = reply;
  if (!isToken(token)) throw invalid(response, 'has no security_token', false);
  if (!isStringOrNull(expiresAt) || !isStringOrNull(sessionId)) {
    throw invalid(response, 'has an expires_at or session_id that is no string', false);
  }
  if (expiresAt !== null && parseTime(expiresAt) === null) {
    throw invalid(response, 'has an expires_at that is no time', false);
  }
  if (expiresAt === null && parameters.needsExpiry) {
    throw invalid(response, 'has no expires_at', false);
  }
  return { securityToken: token, expiresAt, sessionId };
}

/**
 * `payload.result` of the reply to this request.
 *
 * @throws GatewayRefused, ToolCallError for `payload.error`, InvalidResponse
 */
export function readResult(
  response: HttpResponse,
  parameters: SessionParameters,
  requestId: string,
): unknown {
  const reply = successful(response, parameters);
  if (!Object.hasOwn(reply, 'payload')) throw invalid(response, 'has no payload');
  const { payload } = reply;
  if (!isObject(payload)) throw invalid(response, 'has a payload that is no object');
  if (payload['jsonrpc'] !== '2.0') {
    throw invalid(response, 'has a payload that is not JSON-RPC 2.0');
  }
  if (payload['id'] !== requestId) {
    throw new WrongResponseId('the reply answers another request', {
      codeName: 'UPSTREAM_FAILED',
      httpStatus: response.status,
      requestId,
    });
  }
  if (Object.hasOwn(payload, 'error')) throw toolCallError(payload, response, requestId);
  if (!Object.hasOwn(payload, 'result')) throw invalid(response, 'has neither result nor error');
  const { result } = payload;
  // MCP has objects for results; null is how a missing one is often written.
  if (result === null) throw invalid(response, 'has a result that is null', true);
  return result;
}

/** The tools of a `tools/list` result, and the cursor of the next page. @throws InvalidResponse */
export function readTools(result: unknown): { tools: ToolDescription[]; cursor: string | null } {
  const { tools, nextCursor = null } = isObject(result) ? result : {};
  if (!Array.isArray(tools) || !tools.every(isTool)) throw noList('the reply lists no tools');
  if (!isStringOrNull(nextCursor)) throw noList("the reply's cursor is no string");
  return { tools, cursor: nextCursor };
}

function noList(reason: string): InvalidResponse {
  return new InvalidResponse(reason, { codeName: 'UPSTREAM_FAILED' });
}

/**
 * A reply counts as a success only if all of it says so: published clients took a 403 without
 * `"status": "error"` for an empty result.
 */
function successful(response: HttpResponse, parameters: SessionParameters): JsonObject {
  const reply = readObject(response);
  const saysError = Object.hasOwn(reply, 'error') || reply['status'] === 'error';
  if (saysError || response.status >= 400) {
    throw refusal(response, reply, parameters.generation.protocol);
  }
  if (response.status !== 200) throw invalid(response, 'is no result');
  return reply;
}

function toolCallError(
  payload: JsonObject,
  response: HttpResponse,
  requestId: string,
): ToolCallError | InvalidResponse {
  const { error } = payload;
  const { code, message, data } = isObject(error) ? error : {};
  if (
    Object.hasOwn(payload, 'result') ||
    !Number.isSafeInteger(code) ||
    typeof message !== 'string'
  ) {
    return invalid(response, 'has an error that is no JSON-RPC error', true);
  }
  const reason = `the tool's server answered with error ${code as number}: ${plain(message)}`;
  return new ToolCallError(reason, { code: code as number, message, data }, requestId);
}

/** What fits into an envelope; its form is the gateway's affair. */
function isToken(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= defaultLimits.maxTokenBytes &&
    /^[\x21-\x7e]+$/.test(value)
  );
}

function isTool(value: unknown): value is ToolDescription {
  return isObject(value) && typeof value['name'] === 'string';
}

function isStringOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
