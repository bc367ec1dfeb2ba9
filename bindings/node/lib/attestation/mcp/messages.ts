/** JSON-RPC messages as the SDKs hand them over, and the names that MCP gives to their parts. */
import { isObject, type JsonObject } from '../../json.js';
import { ATTESTATION_CAPABILITY_KEY, ATTESTATION_EXTENSION_ID } from '../types.js';

/** The member of `_meta` that says which version a request speaks, from 2026-07-28 on. */
export const PROTOCOL_VERSION_META = 'io.modelcontextprotocol/protocolVersion';
/** The member of `_meta` that says to which `subscriptions/listen` a notification belongs. */
export const SUBSCRIPTION_META = 'io.modelcontextprotocol/subscriptionId';
/** Carries the proof where HTTP has no message: GET and DELETE of a legacy session. */
export const PROOF_HEADER = 'mcp-attestation-proof';
export const SESSION_HEADER = 'mcp-session-id';
/** The scheme of our `WWW-Authenticate`. Never `Bearer`: it would start an OAuth flow. */
export const CHALLENGE_SCHEME = 'AgentAttestation';

/** Answered to anyone: they say nothing of the server's tools, and do nothing. */
export const OPEN_METHODS: readonly unknown[] = ['ping', 'server/discover'];

/** A message that a transport parsed. Its members are the peer's, and of any type. */
export interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Whether it answers a request. */
export function isResponse(message: Message): boolean {
  return message.method === undefined && ('result' in message || 'error' in message);
}

/** Whether it wants an answer. */
export function isRequest(message: Message): boolean {
  return typeof message.method === 'string' && message.id !== undefined;
}

/** A member that is an object, or an empty one. */
export function objectIn(value: unknown, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}

/** Whether a request speaks 2026-07-28 or later: it says its version itself. */
export function isModern(message: Message): boolean {
  return objectIn(message.params, '_meta')[PROTOCOL_VERSION_META] !== undefined;
}

/** The message with other `_meta`. */
export function withMeta(message: Message, name: string, value: unknown): Message {
  const params = isObject(message.params) ? message.params : {};
  return {
    ...message,
    params: { ...params, _meta: { ...objectIn(params, '_meta'), [name]: value } },
  };
}

/** The message with another carrier in `capabilities.experimental`, of `params` or `result`. */
export function withExperimental<K extends 'params' | 'result'>(
  message: Message,
  part: K,
  carrier: JsonObject,
): Message {
  const holder = isObject(message[part]) ? message[part] : {};
  const capabilities = objectIn(holder, 'capabilities');
  const experimental = {
    ...objectIn(capabilities, 'experimental'),
    [ATTESTATION_CAPABILITY_KEY]: carrier,
  };
  return { ...message, [part]: { ...holder, capabilities: { ...capabilities, experimental } } };
}

/** The message without what proves who sent it: handlers, logs and upstreams do not see it. */
export function withoutCarrier(message: Message): Message {
  if (!isObject(message.params)) return message;
  const meta = message.params['_meta'];
  if (isObject(meta) && ATTESTATION_EXTENSION_ID in meta) {
    const { [ATTESTATION_EXTENSION_ID]: _carrier, ...rest } = meta;
    return withoutHandshake({ ...message, params: { ...message.params, _meta: rest } });
  }
  return withoutHandshake(message);
}

function withoutHandshake(message: Message): Message {
  if (message.method !== 'initialize') return message;
  const experimental = objectIn(objectIn(message.params, 'capabilities'), 'experimental');
  const { token, proof, ...rest } = objectIn(experimental, ATTESTATION_CAPABILITY_KEY);
  if (token === undefined && proof === undefined) return message;
  return withExperimental(message, 'params', rest);
}

/** Tells the id 1 from the id "1". */
export function idKey(id: unknown): string {
  return JSON.stringify(id) ?? '';
}
