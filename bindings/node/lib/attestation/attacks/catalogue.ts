/** The eight attacks that servers are told to expect. */
import type { VerificationResult } from '../result.js';
import { type AttestationReason, SafetyLevel } from '../types.js';
import { type Attack, AttackType, type Scene, type Try } from './attack.js';
import { forged, genuine, withPayload } from './forgery.js';

const YEAR = 365 * 24 * 3600;

type TokenTry = [what: string, expected: AttestationReason, token: string | null];

/** Puts tokens to one server, after one that is genuine. */
async function against(
  scene: Scene,
  tokens: readonly TokenTry[],
): Promise<{ harmless: VerificationResult; tries: Try[] }> {
  const verifier = scene.verifier();
  const harmless = await verifier.verify(await genuine(scene));
  const tries: Try[] = [];
  for (const [what, expected, token] of tokens) {
    tries.push({ what, expected, result: await verifier.verify(token) });
  }
  return { harmless, tries };
}

export const ATTACKS: readonly Attack[] = [
  {
    type: AttackType.MODEL_SPOOFING,
    name: 'Model spoofing',
    description: 'a token in the provider’s name, signed with the attacker’s key',
    async perform(scene) {
      const { issuer, keyPair } = scene;
      return against(scene, [
        ['under a kid of its own', 'kid', await forged(scene, issuer, 'attacker-key')],
        ['under the provider’s kid', 'signature', await forged(scene, issuer, keyPair.kid)],
      ]);
    },
  },
  {
    type: AttackType.PROVENANCE_FORGERY,
    name: 'Provenance forgery',
    description: 'a well signed token of an issuer that is not trusted',
    async perform(scene) {
      const token = await forged(scene, 'https://evil-llm-provider.com', 'malicious-provider');
      return against(scene, [['another issuer', 'untrusted_issuer', token]]);
    },
  },
  {
    type: AttackType.TOKEN_REPLAY,
    name: 'Token replay',
    description: 'a token that was overheard is sent once more',
    async perform(scene) {
      const verifier = scene.verifier();
      const token = await genuine(scene);
      const harmless = await verifier.verify(token);
      const result = await verifier.verify(token);
      return { harmless, tries: [{ what: 'the second use', expected: 'replay', result }] };
    },
  },
  {
    type: AttackType.TOKEN_TAMPERING,
    name: 'Token tampering',
    description: 'a token is made to live longer after it was signed',
    async perform(scene) {
      const token = withPayload(await genuine(scene), (claims) => {
        claims['exp'] = Number(claims['exp']) + YEAR;
      });
      return against(scene, [['exp a year later', 'signature', token]]);
    },
  },
  {
    type: AttackType.ISSUER_SPOOFING,
    name: 'Issuer typosquatting',
    description: 'an issuer whose name looks like the trusted one',
    async perform(scene) {
      const { issuer, keyPair } = scene;
      const names = [issuer.replace('.com', '.org'), issuer.replace('api.', 'api-'), `${issuer}/`];
      const tokens: TokenTry[] = [];
      for (const name of names) {
        tokens.push([name, 'untrusted_issuer', await forged(scene, name, keyPair.kid)]);
      }
      return against(scene, tokens);
    },
  },
  {
    type: AttackType.DOWNGRADE_ATTACK,
    name: 'Downgrade',
    description: 'the attestation is left out, or replaced by rubbish',
    async perform(scene) {
      return against(scene, [
        ['no token', 'not_provided', null],
        ['an empty token', 'malformed', ''],
      ]);
    },
  },
  {
    type: AttackType.AUDIENCE_MISMATCH,
    name: 'Audience mismatch',
    description: 'a server passes the token that it was sent on to another',
    async perform(scene) {
      const token = await genuine(scene, 'https://server-a.example.com');
      return against(scene, [['a token for server A', 'audience', token]]);
    },
  },
  {
    type: AttackType.SAFETY_DOWNGRADE,
    name: 'Safety downgrade',
    description: 'an agent of a lower safety level than the server asks for',
    async perform(scene) {
      const verifier = scene.verifier({ lowestSafetyLevel: SafetyLevel.STANDARD });
      const given = { identity: scene.identity, audience: scene.server };
      const { provider } = scene;
      const enhanced = { ...given, metadata: { safety_level: SafetyLevel.ENHANCED } };
      const minimal = { ...given, metadata: { safety_level: SafetyLevel.MINIMAL } };
      const harmless = await verifier.verify(await provider.createToken(enhanced));
      const lowered = withPayload(await provider.createToken(enhanced), (claims) => {
        const metadata = claims['attestation_metadata'] as Record<string, unknown>;
        metadata['safety_level'] = SafetyLevel.MINIMAL;
      });
      return {
        harmless,
        tries: [
          {
            what: 'enhanced changed to minimal after signing',
            expected: 'signature',
            result: await verifier.verify(lowered),
          },
          {
            what: 'minimal, as its issuer signed it',
            expected: 'policy',
            result: await verifier.verify(await provider.createToken(minimal)),
          },
        ],
      };
    },
  },
];
