// The types of callgate/attestation as a user sees them; only compiled, never run.
import { type CallgateError, type PublicKey, SecretKey } from 'callgate';
import {
  type AgentIdentity,
  AgentIdentitySchema,
  ANY_AUDIENCE,
  type AttestationClaims,
  type AttestationContext,
  AttestationErrorCode,
  AttestationProvider,
  type AttestationReason,
  AttestationSessionStore,
  type AttestationSigner,
  AttestationVerifier,
  type AttestationVerifierConfig,
  AttestedMessage,
  createAgentIdentity,
  createRequestProof,
  generateEd25519KeyPair,
  InMemoryKeyResolver,
  InMemoryReplayCache,
  JWKSKeyResolver,
  type KeyPair,
  type KeyResolver,
  NoopReplayCache,
  readAttestedMessage,
  RedisReplayCache,
  type ReplayStore,
  requireAttestation,
  SchemaError,
  TrustLevel,
  type VerificationResult,
  VerificationPolicy,
} from 'callgate/attestation';
import { createClient } from 'redis';

const keyPair: KeyPair = await generateEd25519KeyPair('key-1');
keyPair.privateKey satisfies SecretKey;
const identity: AgentIdentity = createAgentIdentity('claude-4', 'claude-sonnet-4', 'anthropic');
// @ts-expect-error identities do not change
identity.provider = 'other';
const provider = new AttestationProvider({ issuer: 'https://issuer.example', keyPair });
const token: string = await provider.createToken({
  identity,
  audience: ['https://server.example'],
  metadata: { safety_level: 'enhanced' },
  integrity: { config_hash: undefined },
});
// @ts-expect-error there are three levels
provider.createToken({ identity, audience: 'a', metadata: { safety_level: 'none' } });
// @ts-expect-error who the token is for has no default
provider.createToken({ identity });
const signer: AttestationSigner = {
  publicKey: keyPair.publicKey,
  sign: (input) => keyPair.privateKey.sign(input),
};
new AttestationProvider({ issuer: 'https://issuer.example', signer: { kid: 'key-1', ...signer } });

const config: AttestationVerifierConfig = {
  trustedIssuers: [
    'https://issuer.example',
    { issuer: 'https://other.example', level: 'enterprise', keys: { a: keyPair.publicKey } },
  ],
  keyResolver: new JWKSKeyResolver({
    sources: { 'https://issuer.example': { file: 'jwks.json' } },
  }),
  policy: VerificationPolicy.REQUIRED,
  audience: ANY_AUDIENCE,
  replayCache: new RedisReplayCache({ client: createClient() }),
};
const verifier = new AttestationVerifier(config);
// @ts-expect-error there is no issuer of level none
new AttestationVerifier({ trustedIssuers: [{ issuer: 'a', level: 'none' }] });
// @ts-expect-error a misspelt option
new AttestationVerifier({ trustedIssuers: [], audiance: 'a' });
// @ts-expect-error what remembers nothing is said to be for tests
new NoopReplayCache({});
verifier.replayCache = new InMemoryReplayCache({ maxEntries: 10 });
verifier.replayCache = { checkAndAdd: async (jti: string, exp: number) => jti !== '' && exp > 0 };
const store: ReplayStore = { insert: ({ key }, now) => (key === `${now}` ? 'seen' : 'inserted') };
verifier.replayCache = store;
// @ts-expect-error a cache that could remember nothing
verifier.replayCache = {};
// @ts-expect-error whose tokens it takes is set as a whole
verifier.trustedIssuers = [];

const result: VerificationResult = await verifier.verify(token, { now: new Date() });
result.reason satisfies AttestationReason | null;
result.claims satisfies AttestationClaims | undefined;
result.claims?.agent_identity.model_family satisfies string | undefined;
// @ts-expect-error a result never changes
result.verified = true;
if (result.errorCode === AttestationErrorCode.REPLAY) result.error satisfies string | undefined;
// @ts-expect-error a reason that is in no table
if (result.reason === 'stale') throw new Error();
verifier.judgeAgain(result) satisfies VerificationResult;

const message: AttestedMessage = readAttestedMessage('{}');
await verifier.verifyMessage(message);
// @ts-expect-error messages are read from their text
new AttestedMessage({});
message.requestHash satisfies Uint8Array | null;
if (message.requestHash !== null) {
  const { requestHash } = message;
  const proof = { token, audience: 'a', method: 'tools/call', requestHash, key: signer };
  (await createRequestProof(proof)) satisfies string;
}

const resolver: KeyResolver = new InMemoryKeyResolver();
(await resolver.getKey('a', 'b')) satisfies PublicKey | null;
const parsed = AgentIdentitySchema.safeParse({});
if (parsed.success) parsed.data satisfies AgentIdentity;
else parsed.error satisfies SchemaError & CallgateError;

const sessions = new AttestationSessionStore();
const context: AttestationContext = { verified: false, trustLevel: TrustLevel.NONE };
sessions.set('a', context);
requireAttestation(sessions, 'a', {
  trustLevel: 'provider',
  check: ({ agentIdentity }) => agentIdentity?.provider === 'anthropic',
}) satisfies boolean;
// @ts-expect-error there are three levels
requireAttestation(sessions, 'a', { trustLevel: 'high' });
