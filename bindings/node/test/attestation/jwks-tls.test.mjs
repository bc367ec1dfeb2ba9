// Keys over https: only from a server whose certificate verifies.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Authority, serverSettings } from '../smcp/authority.mjs';
import { publicJwkOf } from './jwks-keys.mjs';
import { json } from './jwks-server.mjs';
import { issuerKey, KID } from './setup.mjs';

const run = promisify(execFile);

async function secureServer(t) {
  const folder = mkdtempSync(join(tmpdir(), 'callgate-tls-'));
  const authority = new Authority(folder, 'authority');
  const files = authority.issue('server', '127.0.0.1');
  let requests = 0;
  const server = createServer(serverSettings(files), (_, response) => {
    requests++;
    json(response, { keys: [publicJwkOf(issuerKey)] });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return {
    authority,
    issuer: `https://127.0.0.1:${server.address().port}`,
    requests: () => requests,
  };
}

/** What a process of its own prints, since Node reads authorities when it starts. */
async function asked(issuer, env) {
  const program = `
    import { JWKSFetcher } from 'callgate/attestation';
    const keys = new JWKSFetcher({ maxRetries: 0 });
    const found = await keys.getKey(process.argv[1], ${JSON.stringify(KID)}).then(
      (key) => key.thumbprint,
      (error) => error.reason,
    );
    console.log(found);
  `;
  const args = ['--no-warnings', '--input-type=module', '-e', program, issuer];
  const { stdout } = await run(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
  });
  return stdout.trim();
}

test('keys come from a server whose certificate verifies', async (t) => {
  const { authority, issuer } = await secureServer(t);
  const found = await asked(issuer, { NODE_EXTRA_CA_CERTS: authority.file });
  assert.equal(found, issuerKey.publicKey.thumbprint);
});

test('no key comes from a server whose certificate does not verify', async (t) => {
  const { issuer, requests } = await secureServer(t);
  assert.equal(await asked(issuer, {}), 'one attempt failed, at last: the connection failed');
  assert.equal(requests(), 0);
});

test('no key is fetched while Node is told to take any certificate', async (t) => {
  const { issuer, requests } = await secureServer(t);
  const found = await asked(issuer, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
  assert.match(found, /NODE_TLS_REJECT_UNAUTHORIZED is 0; unset it/);
  assert.equal(requests(), 0);
});
