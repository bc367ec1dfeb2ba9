/** What an attacker does to tokens. */
import { AttestationProvider } from '../provider.js';
import { generateEd25519KeyPair } from '../keys.js';
import type { Scene } from './attack.js';

/** The token with another payload under the old signature. */
export function withPayload(
  token: string,
  change: (claims: Record<string, unknown>) => void,
): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  change(claims);
  const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${header}.${changed}.${signature}`;
}

/** A token of the attacker's own key, in the name of any issuer and key. */
export async function forged(scene: Scene, issuer: string, kid: string): Promise<string> {
  const keyPair = await generateEd25519KeyPair(kid);
  const provider = new AttestationProvider({ issuer, keyPair });
  return provider.createToken({ identity: scene.identity, audience: scene.server });
}

/** A token as the agent gets it. */
export function genuine(scene: Scene, audience: string = scene.server): Promise<string> {
  return scene.provider.createToken({ identity: scene.identity, audience });
}
