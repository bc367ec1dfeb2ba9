/** A verifier for tests. */
import { InMemoryKeyResolver } from './key-resolver.js';
import type { KeyPair } from './keys.js';
import { VerificationPolicy } from './types.js';
import { AttestationVerifier } from './verifier.js';
import { ANY_AUDIENCE } from './verifier-config.js';

/** Takes tokens of {@link createAnthropicProvider}, for any audience. */
export async function createTestVerifier(
  providerKeyPair: Pick<KeyPair, 'kid' | 'publicKey'>,
  policy: VerificationPolicy = VerificationPolicy.REQUIRED,
): Promise<AttestationVerifier> {
  const keyResolver = new InMemoryKeyResolver();
  keyResolver.addKeyPair('https://api.anthropic.com', providerKeyPair);
  return new AttestationVerifier({
    trustedIssuers: ['https://api.anthropic.com'],
    keyResolver,
    policy,
    audience: ANY_AUDIENCE,
  });
}
