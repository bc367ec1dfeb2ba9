// A server behind a gate passes the conformance scenarios of MCP that the bare one passes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { attestFetch, attestHandler } from 'callgate/attestation';
import { gateFor } from './connect.mjs';
import { serveConformance } from './conformance-server.mjs';

const packages = join(process.env.CALLGATE_ROOT, 'tests/servers/node_modules');
const scenarios = join(packages, '@modelcontextprotocol/conformance/dist/index.js');

/** The checks that a server passes. */
async function passed(t, kind, wrap) {
  assert.ok(existsSync(scenarios), 'tools/setup.sh demo installs the scenarios');
  const { url, close } = await serveConformance(kind, wrap);
  const results = mkdtempSync(join(tmpdir(), 'conformance-'));
  t.after(() => (close(), rmSync(results, { recursive: true })));
  const run = [scenarios, 'server', '--url', url, '--output-dir', results];
  const child = spawn(process.execPath, run, { cwd: results, stdio: 'ignore' });
  await once(child, 'exit');
  return readdirSync(results, { recursive: true })
    .filter((file) => file.endsWith('checks.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(results, file), 'utf8')))
    .filter(({ status }) => status === 'SUCCESS')
    .map(({ id }) => id)
    .sort();
}

for (const [kind, attest] of Object.entries({ node: attestHandler, web: attestFetch })) {
  test(`a gate breaks no scenario, ${kind} handler`, async (t) => {
    // The scenarios' client has no token; the guard has listings changed.
    const guards = [{ tools: ['another'] }];
    const { gate } = await gateFor({ verifier: { policy: 'optional' }, guards });
    const bare = await passed(t, kind, (handler) => handler);
    assert.ok(bare.length >= 20, bare.join());
    assert.deepEqual(await passed(t, kind, (handler) => attest(handler, gate)), bare);
  });
}
