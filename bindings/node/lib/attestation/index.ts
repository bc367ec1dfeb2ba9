/** Agent attestation: who is calling an MCP server, signed by an issuer that the server trusts. */
export { type AttackResult, AttackType } from './attacks/attack.js';
export { AttackSimulator, printAttackReport, runAttackSimulations } from './attacks/simulator.js';
export {
  type AttestationEra,
  attestationRequestHash,
  AttestedMessage,
  readAttestedMessage,
} from './attested-message.js';
export {
  type AttestingClientConfig,
  buildAttestationCapability,
  buildAttestationResponse,
  buildServerAttestationRequirements,
  extractAttestationToken,
  parseAttestationResponse,
  verifyMcpAttestation,
} from './capability.js';
export { decodeTokenUnsafe, formatTimestamp } from './decode.js';
export {
  computeHash,
  createAgentIdentity,
  createAgentIntegrity,
  createAttestationMetadata,
  toSpiffeId,
} from './identity.js';
export type { IssuerTrust } from './issuer-trust.js';
export { InMemoryKeyResolver, type KeyResolver } from './key-resolver.js';
export { CircuitBreaker, type CircuitBreakerConfig, CircuitState } from './jwks/circuit-breaker.js';
export { KeysUnavailable, RetryError } from './jwks/errors.js';
export { JWKSFetcher, type JWKSFetcherConfig } from './jwks/fetcher.js';
export { JWKSKeyResolver } from './jwks/key-resolver.js';
export type { JWKSSource } from './jwks/source.js';
export {
  exportPrivateKeyAsJWK,
  exportPublicKeyAsJWK,
  generateEd25519KeyPair,
  importKeyPairFromJWK,
  importPrivateKeyFromJWK,
  importPublicKeyFromJWK,
  type KeyPair,
} from './keys.js';
export * from './mcp/index.js';
export {
  type AttestationEventHandler,
  registerEventHandler,
  unregisterEventHandler,
} from './observability/events.js';
export { AttestationMetrics, getMetrics, resetMetrics } from './observability/metrics.js';
export {
  AttestationProvider,
  type AttestationProviderConfig,
  createAnthropicProvider,
  type CreateTokenOptions,
} from './provider.js';
export { type AttestationReasonRow, attestationReasons } from './reasons.js';
export {
  InMemoryReplayCache,
  type InMemoryReplayCacheOptions,
  LRUReplayCache,
  NoopReplayCache,
} from './replay/in-memory.js';
export {
  type RedisHealth,
  type RedisHealthStatus,
  RedisReplayCache,
  type RedisReplayCacheOptions,
} from './replay/redis.js';
export type { RedisClient } from './replay/redis-link.js';
export type {
  AnyReplayCache,
  ReplayCache,
  ReplayClaim,
  ReplayOutcome,
  ReplayStore,
} from './replay/replay-cache.js';
export { createRequestProof, type RequestProofOptions } from './request-proof.js';
export { createFailureResult, createSuccessResult, type VerificationResult } from './result.js';
export { type SafeParse, type Schema, SchemaError, type SchemaIssue } from './schema.js';
export {
  AgentIdentitySchema,
  AgentIntegritySchema,
  AttestationClaimsSchema,
  AttestationMetadataSchema,
  ConfirmationKeySchema,
  Ed25519JWKSchema,
  JWKSSchema,
  JWTHeaderSchema,
} from './schemas.js';
export {
  type AttestationContext,
  AttestationSessionStore,
  createAttestationContext,
  requireAttestation,
  type RequiredAttestation,
} from './session-store.js';
export type { AttestationSigner } from './signer.js';
export { createTestVerifier } from './test-verifier.js';
export * from './types.js';
export { AttestationVerifier, type VerifyOptions } from './verifier.js';
export { ANY_AUDIENCE, type AttestationVerifierConfig } from './verifier-config.js';
