/** A message taken apart without giving up what its numbers look like; for the layers above. */
import { textOrBytes, wrongType } from './check.js';
import { CallgateError } from './errors.js';
import { defaultLimits } from './limits.js';
import { native } from './native.js';

/**
 * The members of the one JSON object that `json` is: key to the compact bytes of its value, numbers
 * exactly as written, keys inside it in code-point order. A Map, so that no key means anything to
 * JavaScript.
 *
 * @param maxBytes - more than the engine's 1 MiB allow as many more values
 * @throws JsonError INVALID_JSON with the byte, also when it is no object; LIMIT_EXCEEDED
 */
export function splitObject(
  json: string | Uint8Array,
  maxBytes: number = defaultLimits.maxJsonBytes,
): Map<string, Uint8Array> {
  if (typeof maxBytes !== 'number') throw wrongType(maxBytes, 'maxBytes', 'a number of bytes');
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) {
    throw new CallgateError('maxBytes must be a whole number', 'INVALID_ARGUMENT', 'maxBytes');
  }
  const split = native.splitObject(textOrBytes(json, 'json'), maxBytes);
  const members = new Map<string, Uint8Array>();
  for (let i = 0; i < split.length; i += 2) {
    members.set(split[i] as string, split[i + 1] as Uint8Array);
  }
  return members;
}
