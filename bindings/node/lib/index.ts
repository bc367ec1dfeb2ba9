/** callgate decides, for every tool call of an AI agent, whether it may happen. */
import { native } from './native.js';

export const version: string = native.version;

/** RFC 8785 bytes of one JSON text. */
export function canonicalize(text: Uint8Array): Buffer {
  return native.canonicalize(text);
}
