// How a client attests, and what it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { ConfigurationError, GatewayRefused } from 'callgate/smcp';
import { clientFor, gatewayFor, rejection, sealClientFor } from './setup.mjs';

test('attest names the scope and the protocol of its generation', async (t) => {
  const gateway = await gatewayFor(t);
  await clientFor(t, gateway.url, { generation: 'A' }).attest();
  await clientFor(t, gateway.url).attest();
  const seal = sealClientFor(t, gateway.url);
  await seal.attest();
  await seal.callTool('echo.any', {});
  assert.deepEqual(
    gateway.seen.map(({ path }) => path),
    ['/smcp/v1/attest', '/v1/smcp/attest', '/v1/seal/attest', '/v1/seal/invoke'],
  );
  const scopes = gateway.attestations.map(({ json }) =>
    ['requested_scope', 'security_context'].filter((name) => name in json),
  );
  assert.deepEqual(scopes, [['requested_scope'], ['requested_scope'], ['security_context']]);
  assert.equal(gateway.calls[0].json.protocol, 'seal/v1');
});

test('attest gives a string, and the SEAL client an object', async (t) => {
  const gateway = await gatewayFor(t);
  const smcp = clientFor(t, gateway.url);
  assert.deepEqual([smcp.securityToken, smcp.expiresAt, smcp.sessionId], [null, null, null]);
  const token = await smcp.attest();
  assert.equal(typeof token, 'string');
  assert.equal(token, smcp.securityToken);
  const seal = sealClientFor(t, gateway.url);
  const result = await seal.attest();
  assert.deepEqual(result, {
    security_token: seal.securityToken,
    expires_at: seal.expiresAt,
    session_id: seal.sessionId,
  });
  assert.match(result.expires_at, /Z$/);
});

test('the object that attest gives shows no token, however it is printed', async (t) => {
  const gateway = await gatewayFor(t);
  const seal = sealClientFor(t, gateway.url);
  const result = await seal.attest();
  for (const shown of [
    inspect(result),
    inspect({ result }, { depth: 10, showHidden: true, customInspect: false }),
    format('%o %O %j %s', result, result, result, result),
    JSON.stringify({ result }),
    `${result}`,
  ]) {
    assert.ok(!shown.includes(seal.securityToken.slice(0, 20)), shown);
  }
  assert.deepEqual(JSON.parse(JSON.stringify(result)), {
    expires_at: seal.expiresAt,
    session_id: seal.sessionId,
  });
  assert.match(inspect(result), new RegExp(seal.sessionId));
});

test('the object that attest gives is read and copied as any other', async (t) => {
  const gateway = await gatewayFor(t);
  const seal = sealClientFor(t, gateway.url);
  const result = await seal.attest();
  const { security_token: token, ...others } = result;
  assert.equal(token, seal.securityToken);
  assert.deepEqual(Object.keys(others), ['expires_at', 'session_id']);
  for (const copy of [{ ...result }, structuredClone(result)]) {
    assert.equal(copy.security_token, token);
  }
});

test('attest always proves the key', async (t) => {
  const gateway = await gatewayFor(t);
  await clientFor(t, gateway.url, { enrolmentSecret: 's3cret' }).attest();
  const body = gateway.seen[0].json;
  assert.deepEqual(Object.keys(body).sort(), [
    'enrolment_secret',
    'proof',
    'proof_timestamp',
    'public_key',
    'requested_scope',
    'workload_id',
  ]);
  assert.ok(Number.isInteger(body.proof_timestamp));
  await clientFor(t, gateway.url).attest();
  assert.ok(!('enrolment_secret' in gateway.seen[1].json));
});

test('each attestation sends a token of its own', async (t) => {
  const gateway = await gatewayFor(t);
  let made = 0;
  const client = clientFor(t, gateway.url, { attestationToken: () => `token-${++made}` });
  await client.attest();
  await client.attest();
  assert.deepEqual(
    gateway.seen.map((request) => request.json.attestation_token),
    ['token-1', 'token-2'],
  );
  const empty = clientFor(t, gateway.url, { attestationToken: () => '' });
  await assert.rejects(empty.attest(), ConfigurationError);
  assert.ok(!inspect(client).includes('token-'));
});

test('attesting again renews with the same key and another proof', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  const ids = [];
  for (let i = 0; i < 3; i++) {
    await client.attest(); // within one second: proofs are taken once
    ids.push(client.sessionId);
  }
  const bodies = gateway.seen.map(({ json }) => json);
  assert.equal(new Set(ids).size, 1);
  assert.equal(new Set(bodies.map((body) => body.public_key)).size, 1);
  assert.equal(new Set(bodies.map((body) => body.proof)).size, 3);
});

test('clients have keys of their own from construction', async (t) => {
  const gateway = await gatewayFor(t);
  const [first, second] = [clientFor(t, gateway.url), clientFor(t, gateway.url)];
  assert.notEqual(first.key.getPublicKeyBase64(), second.key.getPublicKeyBase64());
  await Promise.all([first.attest(), second.attest()]);
  assert.notEqual(first.sessionId, second.sessionId);
});

for (const [workload, scope, name] of [
  ['exec-2', 'project', 'UNKNOWN_WORKLOAD'],
  ['exec-1', 'admin', 'SCOPE_NOT_FOUND'],
]) {
  test(`a refused attestation says why: ${name}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url, { workload, scope });
    const error = await rejection(client.attest());
    assert.equal(error.constructor, GatewayRefused);
    assert.equal(error.codeName, name);
    assert.equal(client.securityToken, null);
    assert.equal(gateway.seen.length, 1);
  });
}
