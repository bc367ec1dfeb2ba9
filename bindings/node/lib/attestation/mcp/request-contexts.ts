/**
 * The contexts of requests that are being handled.
 *
 * The gate takes token and proof out of a message and puts a random handle in their place. So a
 * context belongs to one message: not to a connection, a thread of execution or the address of an
 * object, all of which the SDKs share between requests. Both SDK lines hand `_meta` to handlers.
 */
import { randomUUID } from 'node:crypto';
import { isObject } from '../../json.js';
import { ATTESTATION_EXTENSION_ID } from '../types.js';
import type { AttestationContext } from '../session-store.js';
import { type Message, objectIn, withMeta } from './messages.js';

const contexts = new Map<string, AttestationContext>();

/** A message that says whose it is, while it is handled. */
export interface OwnedMessage {
  readonly message: Message;
  /** Once it is answered. Later, handlers find no context. */
  release(): void;
}

/** @param message - without carrier */
export function owned(message: Message, context: AttestationContext): OwnedMessage {
  const handle = randomUUID();
  contexts.set(handle, context);
  return {
    message: withMeta(message, ATTESTATION_EXTENSION_ID, { context: handle }),
    release: () => contexts.delete(handle),
  };
}

/**
 * Whose request a handler handles.
 *
 * @param extra - what the SDK gives to a handler besides the arguments: `extra` of 1.x, `ctx` of 2.x
 * @returns undefined where no gate judged the request, or it was answered already: deny then
 */
export function attestationOf(extra: unknown): AttestationContext | undefined {
  const meta = isObject(extra) && isObject(extra['_meta']) ? extra : objectIn(extra, 'mcpReq');
  const { context } = objectIn(objectIn(meta, '_meta'), ATTESTATION_EXTENSION_ID);
  return typeof context === 'string' ? contexts.get(context) : undefined;
}

/** How many requests are being handled. For tests. @internal */
export function liveContexts(): number {
  return contexts.size;
}
