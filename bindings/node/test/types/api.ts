// The types as a user of the published package sees them; only compiled, never run. A line that
// must not compile says so, and tsc fails if it does.
import { canonicalize, CallgateError, type CodeName, PublicKey, SecretKey, verifyEd25519, version } from 'callgate';

version satisfies string;
canonicalize('{}') satisfies Uint8Array;
canonicalize(new Uint8Array()) satisfies Uint8Array;
// @ts-expect-error values are no JSON text
canonicalize({ a: 1 });

using key = SecretKey.generate();
key.publicKey satisfies PublicKey;
key.sign('message') satisfies Uint8Array;
verifyEd25519(key.publicKey, key.sign('message'), 'message') satisfies boolean;
PublicKey.fromJwk(key.publicKey.toJwk()).thumbprint satisfies string;
// @ts-expect-error keys are made by the functions of the class
new PublicKey();
// @ts-expect-error a name that is in no table
const name: CodeName = 'NO_SUCH_CODE';

export function describe(error: unknown): string {
  if (!(error instanceof CallgateError)) throw error;
  error.where satisfies string | null;
  switch (error.codeName) {
    case 'INVALID_JSON':
      return 'json';
    // @ts-expect-error a name that is in no table
    case 'INVALID_JSN':
      return name;
    default:
      return `${error.code} ${error.message}`;
  }
}
