/** Proofs of possession: made by the agent for each request, with the key that its token names. */
import { instant, options, text } from '../check.js';
import { native } from '../native.js';
import { SecretKey } from '../secret-key.js';
import { requestHashOf } from './attested-message.js';
import { type AttestationSigner, keyOrSigner, signWith } from './signer.js';

export interface RequestProofOptions {
  /** The token that the request carries. */
  readonly token: string;
  /** The server, as the token's `aud` names it. */
  readonly audience: string;
  /** Of the request, e.g. `"tools/call"`. */
  readonly method: string;
  /** Of its `params` as they are sent ({@link attestationRequestHash}). */
  readonly requestHash: Uint8Array;
  /** The key of the token's `cnf`. */
  readonly key: SecretKey | AttestationSigner;
  /** Milliseconds since 1970 or a Date; the wall clock by default. */
  readonly now?: number | Date | undefined;
}

/**
 * A proof for one request, which a server takes once and for a minute. Make it last, when the
 * message is written; a retry needs another.
 *
 * @throws TypeError; CallgateError INVALID_ARGUMENT; KeyFormatError for a signature of another key
 */
export async function createRequestProof(given: RequestProofOptions): Promise<string> {
  const { token, audience, method, requestHash, key, now } = options<RequestProofOptions>(given, [
    'token',
    'audience',
    'method',
    'requestHash',
    'key',
    'now',
  ]);
  const what = [
    text(token, 'token'),
    text(audience, 'audience'),
    text(method, 'method'),
    requestHashOf(requestHash),
  ] as const;
  const signer = keyOrSigner(key, 'key');
  if (SecretKey.isSecretKey(signer)) {
    return native.issueRequestProof(...what, SecretKey.handleOf(signer), instant(now));
  }
  return signWith(signer, native.requestProofSigningInput(...what, instant(now)));
}
