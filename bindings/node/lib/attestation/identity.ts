/** Who an agent is: the claims that a program fills in before its token is signed. */
import { createHash } from 'node:crypto';
import { text } from '../check.js';
import { CallgateError } from '../errors.js';
import { AgentIdentitySchema, AttestationMetadataSchema } from './schemas.js';
import type { AgentIdentity, AgentIntegrity, AttestationMetadata } from './types.js';

// SPIFFE-ID, sections 2.1 to 2.3.
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[a-zA-Z0-9._-]+$/;
const LONGEST_SPIFFE_ID = 2048;

/**
 * The claim `agent_identity`.
 *
 * @throws SchemaError for a member that is empty or no string
 */
export function createAgentIdentity(
  modelFamily: string,
  modelVersion: string,
  provider: string,
  deploymentId?: string,
): AgentIdentity {
  return AgentIdentitySchema.parse({
    model_family: modelFamily,
    model_version: modelVersion,
    provider,
    deployment_id: deploymentId,
  });
}

/**
 * The claim `attestation_metadata`; absent members take their defaults.
 *
 * @throws SchemaError
 */
export function createAttestationMetadata(
  given: Partial<AttestationMetadata> = {},
): AttestationMetadata {
  return AttestationMetadataSchema.parse(given);
}

/**
 * `spiffe://<trust domain>/model/<model version>`, a SPIFFE ID.
 *
 * @param trustDomain - `<provider>.com` by default
 * @throws CallgateError INVALID_ARGUMENT where the parts do not make a SPIFFE ID
 */
export function toSpiffeId(identity: AgentIdentity, trustDomain?: string): string {
  const { provider, model_version: version } = AgentIdentitySchema.parse(identity);
  const domain = trustDomain === undefined ? `${provider}.com` : text(trustDomain, 'trustDomain');
  if (!TRUST_DOMAIN.test(domain)) {
    throw refused(
      'trustDomain',
      trustDomain === undefined
        ? 'the provider and ".com" make no SPIFFE trust domain; pass a trust domain'
        : 'a SPIFFE trust domain has 1 to 255 of a-z, 0-9, ".", "-" and "_"',
    );
  }
  if (!SEGMENT.test(version) || version === '.' || version === '..') {
    throw refused(
      'model_version',
      'a segment of a SPIFFE ID has only letters, digits, ".", "-" and "_"; pass a subject',
    );
  }
  const id = `spiffe://${domain}/model/${version}`;
  if (id.length > LONGEST_SPIFFE_ID) {
    throw refused('model_version', `a SPIFFE ID has at most ${LONGEST_SPIFFE_ID} characters`);
  }
  return id;
}

/** `sha256:` and the SHA-256 of a text's UTF-8, in lower-case hexadecimal. @throws TypeError */
export async function computeHash(content: string): Promise<string> {
  return `sha256:${createHash('sha256').update(text(content, 'content')).digest('hex')}`;
}

/**
 * The claim `agent_integrity`: the hashes of the texts that are given.
 *
 * The texts are hashed as they are: issuer and server must agree on their exact bytes.
 */
export async function createAgentIntegrity(
  config?: string,
  systemPrompt?: string,
): Promise<AgentIntegrity> {
  return {
    ...(config === undefined ? {} : { config_hash: await computeHash(config) }),
    ...(systemPrompt === undefined ? {} : { system_prompt_hash: await computeHash(systemPrompt) }),
  };
}

function refused(where: string, message: string): CallgateError {
  return new CallgateError(message, 'INVALID_ARGUMENT', where);
}
