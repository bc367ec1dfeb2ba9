// What a client holds: nobody sees it, and it ends with the client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ClientClosed, Ed25519Key, NotAttested, SMCPClient } from 'callgate/smcp';
import { clientFor, gatewayFor, rejection } from './setup.mjs';

test('a client shows neither its key nor its token', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { enrolmentSecret: 's3cret' });
  const token = await client.attest();
  const shown = inspect(client, { depth: 10, showHidden: true });
  assert.match(shown, /^SMCPClient \{\s+workloadId: 'exec-1'/);
  assert.ok(!shown.includes(token) && !shown.includes('s3cret'));
  assert.throws(() => JSON.stringify(client), TypeError);
});

test('a call before attest and after dispose is an error of its own', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  assert.ok((await rejection(client.callTool('echo.any', {}))) instanceof NotAttested);
  await client.attest();
  client.dispose();
  client.dispose();
  for (const use of [
    () => client.attest(),
    () => client.listTools(),
    () => client.callTool('echo.any', {}),
  ]) {
    const error = await rejection(use());
    assert.ok(error instanceof ClientClosed);
    assert.equal(error.dispatched, false);
  }
  assert.equal(gateway.seen.length, 1);
});

test('the key is erased and the connections end at the end of the block', async (t) => {
  const gateway = await gatewayFor(t);
  for (const dispose of [Symbol.dispose, Symbol.asyncDispose]) {
    const client = clientFor(t, gateway.url);
    await client.attest();
    await client[dispose]();
    assert.ok((await rejection(client.key.sign('x'))) instanceof ClientClosed);
  }
});

test('a call under way ends when its client does', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  gateway.callLies.push(() => client.dispose());
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof ClientClosed);
  assert.equal(error.dispatched, null);
});

test('a key that was passed stays its owners', async (t) => {
  const gateway = await gatewayFor(t);
  const key = await Ed25519Key.generate();
  const client = clientFor(t, gateway.url, { key });
  await client.attest();
  client.dispose();
  assert.equal((await key.sign('x')).length, 64);
  key.erase();
});

test('an idle connection does not keep a client, and its key, from being collected', async (t) => {
  const gateway = await gatewayFor(t);
  const gone = new WeakRef(new SMCPClient(gateway.url, 'exec-1', 'project'));
  await gone.deref().attest();
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  // Idle connections are all that could hold it.
  for (let i = 0; i < 50 && gone.deref() !== undefined; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  assert.equal(gone.deref(), undefined);
});
