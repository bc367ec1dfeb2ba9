/** Attestation between MCP clients and servers, under either line of the SDK. */
export { AttestationUnsupported } from './agent-connection.js';
export type { AttestingOptions } from './client-options.js';
export { attestingTransport, AttestingTransport } from './client-transport.js';
export { AttestationGate } from './gate.js';
export type { AttestationGateOptions, RefusedMessage } from './gate-options.js';
export type { AttestedHttpOptions } from './http-gate.js';
export { attestHandler, type NodeHandler } from './node-handler.js';
export { attestationOf } from './request-contexts.js';
export { AttestedServerTransport, attestTransport } from './server-transport.js';
export type { IssueToken } from './token-source.js';
export type { ToolGuard } from './tool-guards.js';
export type { AttestingFetch, McpTransport } from './transport.js';
export { attestFetch, type FetchHandler } from './web-handler.js';
