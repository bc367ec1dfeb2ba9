/// <reference lib="esnext.disposable" preserve="true" />
/** SMCP and SEAL for Node: the clients, the envelope functions and their errors. */
export type { AttestationResult } from './attestation-result.js';
export type { CallOptions, ClientOptions } from './client-options.js';
export type { OtherCodeName, PolicyCodeName, TokenCodeName } from './code-names.js';
export { Ed25519Key } from './ed25519-key.js';
export {
  createCanonicalMessage,
  createSealEnvelope,
  createSmcpEnvelope,
  type McpPayload,
  type SealEnvelope,
  type SmcpEnvelope,
} from './envelope.js';
export {
  CertificateRefused,
  ClientClosed,
  ConfigurationError,
  ConnectionLost,
  GatewayRefused,
  GatewayTimeout,
  GatewayUnreachable,
  InvalidResponse,
  type NamedOptions,
  NotAttested,
  PayloadError,
  RedirectRefused,
  ResponseTooLarge,
  SEALError,
  SMCPError,
  type SMCPErrorOptions,
  TokenRefused,
  ToolCallError,
  ToolDenied,
  VerificationError,
  WrongResponseId,
} from './errors.js';
export type { GenerationName } from './generations.js';
export {
  isSMCPError,
  isTokenRefused,
  isToolCallError,
  isToolDenied,
  type OtherRefusal,
  type SMCPFailure,
} from './guards.js';
export type { ToolDescription } from './replies.js';
export { SEALClient } from './seal-client.js';
export { SMCPClient } from './smcp-client.js';
export type { ClientCertificate } from './tls-options.js';
export { verifySealEnvelope, verifySmcpEnvelope } from './verify-envelope.js';
