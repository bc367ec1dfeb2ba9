/** callgate decides, for every tool call of an AI agent, whether it may happen. */
import { native } from './native.js';

export { type CodeName, type ErrorCode, errorCodes } from './codes.js';
export {
  CallgateError,
  EnvelopeError,
  JsonError,
  KeyFormatError,
  PolicyError,
  SessionError,
  TokenError,
} from './errors.js';
export { canonicalize, type Json, type JsonObject } from './json.js';
export { type PublicJwk, PublicKey, verifyEd25519 } from './public-key.js';
export { type PrivateJwk, SecretKey } from './secret-key.js';

export const version: string = native.version;
