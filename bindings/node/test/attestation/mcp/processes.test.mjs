// Servers and clients as processes of their own: stdio as it is in earnest, and HTTP.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { generateEd25519KeyPair, exportPrivateKeyAsJWK } from 'callgate/attestation';
import { CLIENTS } from './clients.mjs';
import { AUDIENCE, privateJwk, publicJwk, SUBJECT } from './issuer.mjs';

const PEERS = new URL('../peers/', import.meta.url);
const script = (name) => fileURLToPath(new URL(name, PEERS));
const environment = (peer) => ({ ...process.env, PEER: JSON.stringify(peer) });
const forged = await exportPrivateKeyAsJWK(await generateEd25519KeyPair(publicJwk.kid));

/** What a client says that came of each of its connections. */
async function runClient(client, where, ...peers) {
  const calls = [{ name: 'who', arguments: { n: 1 } }];
  const child = spawn(process.execPath, [script('client.mjs')], {
    env: environment(
      peers.map((peer) => ({ client, ...where, audience: AUDIENCE, calls, ...peer })),
    ),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunks] = await Promise.all([child.stdout.toArray(), once(child, 'exit')]);
  return JSON.parse(chunks.join(''));
}

const serverPeer = (line, over) => ({ line, over, audience: AUDIENCE, jwk: publicJwk });

/** Where a client finds the server. */
const PLACES = {
  stdio: async (_t, line) => ({
    command: process.execPath,
    args: [script('server.mjs')],
    env: environment(serverPeer(line, 'stdio')),
  }),
  http: async (t, line) => {
    const child = spawn(process.execPath, [script('server.mjs')], {
      env: environment(serverPeer(line, 'http')),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    t.after(async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    });
    const [chunk] = await once(child.stdout, 'data');
    return { url: JSON.parse(chunk).url };
  },
};

for (const [over, place] of Object.entries(PLACES)) {
  for (const [client, { era }] of Object.entries(CLIENTS)) {
    for (const line of era === 'modern' ? [2] : [1, 2]) {
      test(`client ${client}, server ${line}.x, ${over}`, async (t) => {
        const [good, proven, missing, bad] = await runClient(
          client,
          await place(t, line),
          { jwk: privateJwk },
          { jwk: privateJwk, key: true },
          {},
          { jwk: forged },
        );
        assert.deepEqual(good.tools, ['delete', 'who']);
        for (const { calls } of [good, proven]) assert.equal(JSON.parse(calls[0]).subject, SUBJECT);
        assert.equal(missing.refused.reason, 'not_provided');
        assert.equal(bad.refused.reason, 'signature');
      });
    }
  }
}
