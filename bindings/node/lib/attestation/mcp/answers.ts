/** How the answers of a gated server differ from the server's own. */
import { isObject, type JsonObject } from '../../json.js';
import type { AttestedMessage } from '../attested-message.js';
import { buildAttestationResponse } from '../capability.js';
import type { VerificationResult } from '../result.js';
import { type AttestationContext, createAttestationContext } from '../session-store.js';
import { ATTESTATION_EXTENSION_ID } from '../types.js';
import type { AttestationVerifier } from '../verifier.js';
import { extensionSettings } from './carriers.js';
import { type Message, objectIn, withExperimental } from './messages.js';
import type { ToolGuards } from './tool-guards.js';

/** Makes what the caller is given of what the server answered. */
export type ChangeAnswer = (response: Message) => Message;

/**
 * How the answer to a request is changed; undefined: not at all.
 *
 * @param result - of the request's caller; null where the request needs none
 */
export function changeAnswer(
  { kind, method, era }: AttestedMessage,
  result: VerificationResult | null,
  verifier: AttestationVerifier,
  guards: ToolGuards,
): ChangeAnswer | undefined {
  if (kind !== 'request') return undefined;
  if (method === 'server/discover') {
    const settings = extensionSettings(verifier);
    return onResult((response) => withExtension(response, settings));
  }
  if (result === null) return undefined;
  if (method === 'initialize' && era === 'legacy') {
    const said = buildAttestationResponse(result, verifier.policy);
    return onResult((response) => withExperimental(response, 'result', { ...said }));
  }
  if (method !== 'tools/list' || !guards.some) return undefined;
  const context = createAttestationContext(result);
  return onResult((response) => shownTo(context, guards, response, era === 'modern'));
}

/**
 * How an answer of the legacy era is changed that comes again, apart from its request.
 *
 * @param result - of the session's caller; undefined where it is not verified
 */
export function changeListing(
  result: VerificationResult | undefined,
  guards: ToolGuards,
): ChangeAnswer | undefined {
  if (!guards.some) return undefined;
  const context = result && createAttestationContext(result);
  return (response) => {
    const isListing = Array.isArray(objectIn(response, 'result')['tools']);
    return isListing ? shownTo(context, guards, response, false) : response;
  };
}

function shownTo(
  context: AttestationContext | undefined,
  guards: ToolGuards,
  response: Message,
  modern: boolean,
): Message {
  const listing = objectIn(response, 'result');
  const tools = guards.shown(listing['tools'], context);
  // What one caller may see must not be shown to others out of a cache.
  const scope = modern ? { cacheScope: 'private' } : {};
  return { ...response, result: { ...listing, tools, ...scope } };
}

function onResult(change: ChangeAnswer): ChangeAnswer {
  return (response) => (isObject(response.result) ? change(response) : response);
}

function withExtension(response: Message, settings: JsonObject): Message {
  const result = objectIn(response, 'result');
  const capabilities = objectIn(result, 'capabilities');
  const extensions = {
    ...objectIn(capabilities, 'extensions'),
    [ATTESTATION_EXTENSION_ID]: settings,
  };
  return { ...response, result: { ...result, capabilities: { ...capabilities, extensions } } };
}
