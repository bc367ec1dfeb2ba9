// Errors by their names and codes, as programs of the published SDKs make and read them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError, JsonError } from 'callgate';
import {
  createSealEnvelope,
  createSmcpEnvelope,
  Ed25519Key,
  PayloadError,
  SEALClient,
  SEALError,
  SMCPClient,
  SMCPError,
  ToolDenied,
  verifySealEnvelope,
  verifySmcpEnvelope,
} from 'callgate/smcp';
import { clientFor, gatewayFor, rejection, sealClientFor } from './setup.mjs';

test('an error that a program makes has the message and number it was given', () => {
  for (const Class of [SMCPError, SEALError]) {
    const error = new Class('no', 1004);
    assert.deepEqual([error.message, error.code, error.statusCode], ['no', 1004, 1004]);
    assert.deepEqual([error.codeName, error.dispatched], ['REPLAY_DETECTED', null]);
  }
  const denied = new ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED', dispatched: false });
  assert.deepEqual([denied.message, denied.code], ['no', 2002]);
});

test('an error made without a code has none', () => {
  for (const error of [
    new SMCPError('no'),
    new SEALError('no'),
    new SEALError('no', { dispatched: false }),
  ]) {
    assert.deepEqual(
      [error.code, error.codeName, error.statusCode],
      [undefined, undefined, undefined],
    );
    assert.doesNotMatch(inspect(error), /[cC]ode/);
  }
});

test('a number of no table is a code without a name', () => {
  const error = new SEALError('no', 4242);
  assert.deepEqual([error.code, error.statusCode, error.codeName], [4242, 4242, undefined]);
});

test('the name is that of the published SDK', () => {
  for (const [name, Class] of Object.entries({ SMCPError, SEALError })) {
    const error = new Class('no');
    assert.equal(error.name, name);
    assert.equal(String(error), `${name}: no`);
    assert.match(error.stack, new RegExp(`^${name}: no\n`));
    assert.ok(!Object.keys(error).includes('name'));
    error.name = 'Other'; // as of any error
    assert.equal(error.name, 'Other');
  }
  assert.equal(new ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED' }).name, 'SMCPError');
  assert.equal(new JsonError('no', 'INVALID_JSON').name, 'JsonError', 'the engine’s is its own');
});

test('what an error is of is shown with its name', () => {
  const denied = new ToolDenied('no', { codeName: 'PATH_NOT_ALLOWED' });
  assert.match(inspect(denied), /^ToolDenied \[SMCPError\]: no\n/);
});

test('the errors of either class are instances of both', () => {
  for (const error of [new SMCPError('no'), new SEALError('no')]) {
    assert.ok(error instanceof SMCPError && error instanceof SEALError);
    assert.ok(error instanceof CallgateError && error instanceof Error);
  }
  class Mine extends SEALError {}
  assert.ok(new Mine('no') instanceof Mine && new Mine('no') instanceof SMCPError);
  for (const other of [new Error('no'), new JsonError('no', 'INVALID_JSON'), {}, null]) {
    assert.ok(!(other instanceof SEALError));
  }
  assert.ok(!(new SEALError('no') instanceof Mine));
});

for (const [name, made, Client] of [
  ['SMCPError', clientFor, SMCPClient],
  ['SEALError', sealClientFor, SEALClient],
]) {
  test(`a client names its errors ${name}, whatever their class`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = made(t, gateway.url);
    const errors = [await rejection(client.callTool('echo.any', {}))]; // before attest
    gateway.attestLies.push((seen) => seen.refuse(401, 'UNKNOWN_WORKLOAD'));
    errors.push(await rejection(client.attest()));
    await client.attest();
    errors.push(await rejection(client.callTool('fs.delete', {})));
    errors.push(await rejection(client.callTool('echo.any', { x: NaN })));
    gateway.callLies.push((seen) => seen.request.socket.end());
    errors.push(await rejection(client.listTools()));
    client.dispose();
    errors.push(await rejection(client.callTool('echo.any', {})));
    errors.push(
      await rejection((async () => new Client('http://a.example', 'exec-1', 'project'))()),
    );
    assert.deepEqual([...new Set(errors.map((error) => error.name))], [name]);
    assert.equal(new Set(errors.map((error) => error.constructor)).size, 7);
    for (const error of errors) assert.match(error.stack, new RegExp(`^${name}: `));
  });
}

test('the envelope functions name their errors by the protocol', async () => {
  const key = await Ed25519Key.generate();
  const payload = { jsonrpc: '2.0', id: 1n, method: 'test' };
  for (const [name, create, verify] of [
    ['SMCPError', createSmcpEnvelope, verifySmcpEnvelope],
    ['SEALError', createSealEnvelope, verifySealEnvelope],
  ]) {
    const unsent = await rejection(create('a.b.c', payload, key));
    assert.ok(unsent instanceof PayloadError);
    const refused = await rejection(verify({}, key.getPublicKeyBytes()));
    assert.deepEqual([unsent.name, refused.name], [name, name]);
  }
});
