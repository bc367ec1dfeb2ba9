/** The names that programs of the published SDKs import from `…/server`. */
export { verifySealEnvelope, verifySmcpEnvelope } from './envelope.js';
export { SEALError, SMCPError } from './errors.js';
