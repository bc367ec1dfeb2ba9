/** The replies of a gateway: what of them counts, and the error for everything else. */
import { JsonError } from '../errors.js';
import { defaultLimits } from '../limits.js';
import { splitObject } from '../split-object.js';
import { InvalidResponse, ToolCallError, WrongResponseId } from './errors.js';
import { refusal } from './refusals.js';
import type { Attested, SessionParameters } from './session.js';
import { parseTime } from './timestamp.js';
import {
  type HttpResponse,
  invalid,
  isObject,
  type Members,
  plain,
  readObject,
  readValue,
} from './wire.js';

const isJson = (text: Uint8Array | undefined, json: string): boolean =>
  text !== undefined && Buffer.from(json).equals(text);

/** One tool, as its server describes it (MCP, `tools/list`). */
export interface ToolDescription {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** @throws GatewayRefused, InvalidResponse */
export function readAttestation(response: HttpResponse, parameters: SessionParameters): Attested {
  const members = successful(response, parameters);
  const token = readValue(members.get('security_token'));
  const expiresAt = readValue(members.get('expires_at')) ?? null;
  const sessionId = readValue(members.get('session_id')) ?? null;
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
  const text = successful(response, parameters).get('payload');
  if (text === undefined) throw invalid(response, 'has no payload');
  const payload = readPayload(text, response, parameters.settings.maxResponseBytes);
  if (!isJson(payload.get('jsonrpc'), '"2.0"')) {
    throw invalid(response, 'has a payload that is not JSON-RPC 2.0');
  }
  if (readValue(payload.get('id')) !== requestId) {
    throw new WrongResponseId('the reply answers another request', {
      codeName: 'UPSTREAM_FAILED',
      httpStatus: response.status,
      requestId,
    });
  }
  if (payload.has('error')) throw toolCallError(payload, response, requestId);
  if (!payload.has('result')) throw invalid(response, 'has neither result nor error');
  const result = readValue(payload.get('result'));
  // MCP has objects for results; null is how a missing one is often written.
  if (result === null) throw invalid(response, 'has a result that is null');
  return result;
}

/** The tools of a `tools/list` result, and the cursor of the next page. */
export function readTools(result: unknown): { tools: ToolDescription[]; cursor: string | null } {
  const { tools, nextCursor = null } = isObject(result) ? result : {};
  if (!Array.isArray(tools) || !tools.every(isTool)) {
    throw new InvalidResponse('the reply lists no tools', { codeName: 'UPSTREAM_FAILED' });
  }
  if (!isStringOrNull(nextCursor)) {
    const message = "the reply's cursor is no string";
    throw new InvalidResponse(message, { codeName: 'UPSTREAM_FAILED' });
  }
  return { tools, cursor: nextCursor };
}

/**
 * A reply counts as a success only if all of it says so: published clients took a 403 without
 * `"status": "error"` for an empty result.
 */
function successful(response: HttpResponse, parameters: SessionParameters): Members {
  const members = readObject(response, parameters.settings.maxResponseBytes);
  const saysError = members.has('error') || isJson(members.get('status'), '"error"');
  if (saysError || response.status >= 400) {
    const body = Object.fromEntries([...members].map(([key, text]) => [key, readValue(text)]));
    throw refusal(response, body, parameters.generation.protocol);
  }
  if (response.status !== 200) throw invalid(response, 'is no result');
  return members;
}

function readPayload(text: Uint8Array, response: HttpResponse, maxBytes: number): Members {
  try {
    return splitObject(text, maxBytes);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw invalid(response, `has a payload that is no object: ${cause.message}`);
  }
}

function toolCallError(
  payload: Members,
  response: HttpResponse,
  requestId: string,
): ToolCallError | InvalidResponse {
  const error = readValue(payload.get('error'));
  const { code, message, data } = isObject(error) ? error : {};
  if (payload.has('result') || !Number.isSafeInteger(code) || typeof message !== 'string') {
    return invalid(response, 'has an error that is no JSON-RPC error', true);
  }
  return new ToolCallError(
    `the tool's server answered with error ${code as number}: ${plain(message)}`,
    { code: code as number, message, data },
    requestId,
  );
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
