// Clients of both lines of the SDK and both eras, attesting or not.
import { attestingTransport } from 'callgate/attestation';
import * as client2 from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import * as http1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { AUDIENCE, IDENTITY, provider } from './issuer.mjs';

const ABOUT = { name: 'agent', version: '1' };
const MODERN = { versionNegotiation: { mode: { pin: '2026-07-28' } } };

/** What a client of a line and era is made of. */
export const CLIENTS = {
  '1.x': {
    make: () => new Client1(ABOUT),
    Http: http1.StreamableHTTPClientTransport,
    Stdio: Stdio1,
    era: 'legacy',
  },
  '2.x legacy': {
    make: () => new client2.Client(ABOUT),
    Http: client2.StreamableHTTPClientTransport,
    Stdio: Stdio2,
    era: 'legacy',
  },
  '2.x modern': {
    make: () => new client2.Client(ABOUT, MODERN),
    Http: client2.StreamableHTTPClientTransport,
    Stdio: Stdio2,
    era: 'modern',
  },
};

/** Options of an agent with a good token, which differ as given. */
export const agent = (given = {}) => ({
  audience: AUDIENCE,
  provider,
  identity: IDENTITY,
  ...given,
});

/** @param options - null: a client that knows nothing of attestation */
export function httpTransport({ Http }, url, options) {
  if (options === null) return new Http(url);
  return attestingTransport((fetch) => new Http(url, { fetch }), options);
}

export function wrapped(transport, options) {
  return options === null ? transport : attestingTransport(transport, options);
}

/** The text of a tool's answer; of a refusal, `{code, reason}`. */
export async function call(client, name, args = {}) {
  try {
    const { content } = await client.callTool({ name, arguments: args });
    return content[0].text;
  } catch (error) {
    return refusalOf(error);
  }
}

/** What a client of either line makes of a refusal; one that is not ours sees a failed request. */
export function refusalOf(error) {
  if (error.code === undefined) throw error;
  const { code, data } = error.data?.text === undefined ? error : JSON.parse(error.data.text).error;
  return { code, reason: data?.reason };
}
