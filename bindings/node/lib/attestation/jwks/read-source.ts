/** Reads a JWK Set once, within bounds. */
import { open } from 'node:fs/promises';
import { native } from '../../native.js';
import { PublicKey } from '../../public-key.js';
import { CallgateError } from '../../errors.js';
import type { Text } from '../../handles.js';
import { KeysUnavailable } from './errors.js';
import type { CheckedSource } from './source.js';

/** Bytes of a JWK Set. */
const LARGEST = 256 * 1024;
const TYPES = /^application\/(?:json|jwk-set\+json)\s*(?:;|$)/i;

export type Keys = ReadonlyMap<string, PublicKey>;

/** @param signal - ends connecting and reading @throws KeysUnavailable */
export async function readSource(source: CheckedSource, signal: AbortSignal): Promise<Keys> {
  switch (source.kind) {
    case 'url':
      return keysOf(await download(source.url, signal));
    case 'file':
      return keysOf(await readFile(source.file));
    case 'pinned':
      return keysOf(source.jwks);
  }
}

/** Entries that cannot be used are left out: other types, weak keys, private keys, equal `kid`s. */
function keysOf(json: Text): Keys {
  try {
    const { keys } = native.readAttestationJwks(json);
    return new Map(keys.map(([kid, handle]) => [kid, PublicKey.of(handle)]));
  } catch (error) {
    if (!(error instanceof CallgateError)) throw error;
    throw new KeysUnavailable('what was read is no JWK Set', { cause: error });
  }
}

async function download(url: URL, signal: AbortSignal): Promise<Uint8Array> {
  // Then fetch takes any certificate, and an attacker on the network could supply the keys.
  if (url.protocol === 'https:' && process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    throw new KeysUnavailable('NODE_TLS_REJECT_UNAUTHORIZED is 0; unset it');
  }
  let response: Response;
  try {
    response = await fetch(url, {
      signal,
      redirect: 'manual',
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    });
  } catch (cause) {
    throw interrupted(signal, cause);
  }
  try {
    checkHead(response);
    return await bodyOf(response, signal);
  } finally {
    // What was not read is not waited for.
    await response.body?.cancel().catch(() => undefined);
  }
}

function checkHead({ status, headers }: Response): void {
  if (status >= 300 && status < 400) throw new KeysUnavailable('its server redirects');
  if (status !== 200) {
    const retryable = status >= 500 || status === 429;
    throw new KeysUnavailable(`its server answered with status ${status}`, { retryable });
  }
  if (!TYPES.test(headers.get('content-type') ?? '')) {
    throw new KeysUnavailable('its server did not answer with JSON');
  }
}

async function bodyOf({ body }: Response, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) return Buffer.concat(chunks, size);
      size += part.value.length;
      if (size > LARGEST) break;
      chunks.push(part.value);
    }
  } catch (cause) {
    throw interrupted(signal, cause);
  } finally {
    reader?.releaseLock();
  }
  throw tooLarge();
}

async function readFile(path: string): Promise<Uint8Array> {
  const room = Buffer.alloc(LARGEST + 1);
  try {
    const file = await open(path, 'r');
    try {
      let size = 0;
      while (size <= LARGEST) {
        const { bytesRead } = await file.read(room, size, room.length - size);
        if (bytesRead === 0) return room.subarray(0, size);
        size += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new KeysUnavailable('their file cannot be read', { cause });
  }
  throw tooLarge();
}

function tooLarge(): KeysUnavailable {
  return new KeysUnavailable(`they are more than ${LARGEST} bytes`);
}

function interrupted(signal: AbortSignal, cause: unknown): KeysUnavailable {
  const why = signal.aborted ? 'no complete answer in time' : 'the connection failed';
  return new KeysUnavailable(why, { retryable: true, cause });
}
