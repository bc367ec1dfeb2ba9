/** The generations of the protocol, as data: what each calls its paths and its members. */
import type { Protocol } from '../types.js';

export type GenerationName = 'A' | 'B' | 'C';

/** One published form of the protocol. */
export interface Generation {
  /** The literal in envelopes and replies. */
  readonly protocol: Protocol;
  readonly attestPath: string;
  readonly invokePath: string;
  /** How attest calls the scope; gateways take either. */
  readonly scopeField: 'requested_scope' | 'security_context';
}

/** Oldest first. */
export const generations: Readonly<Record<GenerationName, Generation>> = {
  A: {
    protocol: 'smcp/v1',
    attestPath: '/smcp/v1/attest',
    invokePath: '/smcp/v1/tool-call',
    scopeField: 'requested_scope',
  },
  B: {
    protocol: 'smcp/v1',
    attestPath: '/v1/smcp/attest',
    invokePath: '/v1/smcp/invoke',
    scopeField: 'requested_scope',
  },
  C: {
    protocol: 'seal/v1',
    attestPath: '/v1/seal/attest',
    invokePath: '/v1/seal/invoke',
    scopeField: 'security_context',
  },
};
