/** The names that programs of the published SDKs import from `…/server`. */
export { SEALError, SMCPError } from './errors.js';
export { verifySealEnvelope, verifySmcpEnvelope } from './verify-envelope.js';
