// The subpaths of the package as it was packed and installed.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as callgate from 'callgate';
import * as smcp from 'callgate/smcp';
import * as server from 'callgate/smcp/server';

const require = createRequire(import.meta.url);

test('what is public is this, and nothing else', () => {
  assert.deepEqual(
    Object.keys(smcp).sort(),
    JSON.parse(readFileSync(new URL('public.json', import.meta.url), 'utf8')),
  );
  assert.deepEqual(Object.keys(server).sort(), [
    'SEALError',
    'SMCPError',
    'verifySealEnvelope',
    'verifySmcpEnvelope',
  ]);
  for (const [name, value] of Object.entries(server)) assert.equal(smcp[name], value);
});

test('import and require give one copy of every class', () => {
  assert.equal(require('callgate/smcp'), smcp);
  assert.equal(require('callgate/smcp/server'), server);
});

test('every error is one of the engine’s family', () => {
  const errors = Object.values(smcp).filter(
    (value) => typeof value === 'function' && value.prototype instanceof Error,
  );
  assert.ok(errors.length > 15);
  for (const Class of errors) assert.ok(Class.prototype instanceof callgate.CallgateError);
});

test('guards know the errors of another copy of the package', async (t) => {
  const root = dirname(require.resolve('callgate/package.json'));
  const copy = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), 'copy-'));
  t.after(() => rmSync(copy, { recursive: true }));
  cpSync(root, copy, { recursive: true });
  const other = await import(pathToFileURL(join(copy, 'bindings/node/dist/smcp/index.js')).href);
  assert.notEqual(other.SMCPError, smcp.SMCPError);
  const denied = new other.ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED' });
  assert.ok(!(denied instanceof smcp.ToolDenied));
  assert.ok(smcp.isSMCPError(denied) && smcp.isToolDenied(denied));
  assert.ok(!smcp.isTokenRefused(denied) && !smcp.isToolCallError(denied));
  const refused = new other.TokenRefused('no', { codeName: 'INVALID_TOKEN' });
  assert.ok(smcp.isTokenRefused(refused) && !smcp.isToolDenied(refused));
  for (const value of [new Error('x'), null, undefined, {}, 'SMCPError', denied.toString()]) {
    assert.ok(!smcp.isSMCPError(value));
  }
});

test('a client that was not disposed of does not keep the process alive', async (t) => {
  const { gatewayFor } = await import('./setup.mjs');
  const gateway = await gatewayFor(t);
  const program = `
    import { SMCPClient } from 'callgate/smcp';
    const client = new SMCPClient(${JSON.stringify(gateway.url)}, 'exec-1', 'project');
    const attested = client.attest();
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    const during = process.getActiveResourcesInfo();
    await attested;
    await turn();
    console.log(JSON.stringify({ during, after: process.getActiveResourcesInfo() }));
  `;
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const { during, after } = JSON.parse((await child.stdout.toArray()).join(''));
  assert.match(during.join(), /TCP.*Timeout|Timeout.*TCP/);
  assert.doesNotMatch(after.join(), /TCP|Timeout/);
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
});

test('exchanges import neither an HTTP library nor a clock', () => {
  const dist = dirname(fileURLToPath(import.meta.resolve('callgate/smcp')));
  const imported = new Set();
  const visit = (file) => {
    if (imported.has(file)) return;
    imported.add(file);
    if (!file.endsWith('.js')) return;
    for (const [, from] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export|\}).* from '(.+)';$/gm,
    )) {
      visit(from.startsWith('.') ? join(dirname(file), from) : from);
    }
  };
  visit(join(dist, 'flow.js'));
  const modules = [...imported].filter((name) => name.startsWith('node:'));
  for (const name of ['node:http', 'node:https', 'node:net', 'node:tls', 'node:timers/promises']) {
    assert.ok(!modules.includes(name), name);
  }
  for (const name of ['flow', 'replies', 'refusals', 'session', 'wire']) {
    assert.doesNotMatch(readFileSync(join(dist, `${name}.js`), 'utf8'), /Date\.now|new Date\(\)/);
  }
});
