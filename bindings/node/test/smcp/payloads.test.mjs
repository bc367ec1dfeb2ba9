// What is signed is what is sent, and what cannot be signed is not sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyEnvelope } from 'callgate';
import { PayloadError } from 'callgate/smcp';
import { clientFor, gatewayFor, label, rejection } from './setup.mjs';

test('what is signed is what is sent', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  class Query {
    #secret = 1;
    text = 'é';
    toJSON() {
      return { text: this.text, times: this.#secret };
    }
  }
  const args = {
    whole: 3.0,
    half: 0.5,
    tiny: 1e-7,
    huge: 1e21,
    zero: -0,
    'é😀': ['\u2028', null, undefined, , true],
    absent: undefined,
    when: new Date(0),
    where: new URL('https://a.example/'),
    boxed: [new Number(1), new String('s'), new Boolean(false)],
    own: new Query(),
    bytes: Buffer.from('ab'),
    ['__proto__']: 'kept',
  };
  const { arguments: echoed } = await client.callTool('echo.any', args); // the gate verified it
  assert.deepEqual(echoed, JSON.parse(JSON.stringify(args)));
  assert.ok(!('absent' in echoed));
  assert.match(gateway.calls[0].body, /"tiny":1e-7,/);
  assert.equal(gateway.calls[0].headers['content-type'], 'application/json');
});

const cyclic = {};
cyclic.x = [cyclic];
for (const [what, args] of Object.entries({
  NaN: { x: NaN },
  infinity: { x: [-Infinity] },
  'a lone surrogate': { x: '\ud800' },
  'a lone surrogate in a key': { '\udc00': 1 },
  'a bigint': { x: 1n },
  'a boxed bigint': { x: Object(1n) },
  'a function': { x: () => 1 },
  'a symbol': { x: Symbol('s') },
  'a Map': { x: new Map([[1, 2]]) },
  'a Set': { x: new Set([1]) },
  'a RegExp': { x: /x/ },
  'an Error': { x: new Error('x') },
  'a typed array': { x: new Uint8Array(2) },
  'a promise': { x: Promise.resolve(1) },
  'a getter that throws': {
    get x() {
      throw new Error('no');
    },
  },
  'a toJSON that throws': { x: { toJSON: () => JSON.parse('{') } },
  'a cycle': cyclic,
  'an array': ['not an object'],
  'an object that becomes another': { toJSON: () => [] },
  null: null,
  undefined,
  'a string': '{}',
})) {
  test(`before anything is sent is refused ${what}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    const error = await rejection(client.callTool('echo.any', args));
    assert.ok(error instanceof PayloadError);
    assert.deepEqual([error.codeName, error.dispatched], ['INVALID_ARGUMENT', false]);
    assert.equal(gateway.calls.length, 0);
  });
}

test('a bigint is refused with what to do instead', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  const error = await rejection(client.callTool('echo.any', { n: { m: 2n } }));
  const reason = '/n/m is a bigint: pass a number, or a string of its digits';
  assert.equal(error.message, `The tool did not run: ${reason}`);
});

for (const name of ['', null, 7, '\ud800']) {
  test(`a tool is not named ${JSON.stringify(name)}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    assert.ok((await rejection(client.callTool(name, {}))) instanceof PayloadError);
    assert.equal(gateway.calls.length, 0);
  });
}

test('a document of shared references is refused before it fills memory', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  let shared = { x: 1 };
  for (let i = 0; i < 50; i++) shared = { a: shared, b: shared };
  assert.ok((await rejection(client.callTool('echo.any', shared))) instanceof PayloadError);
});

for (const args of [{ x: 2 ** 53 }, { x: 1e21 }, { x: 1e-5 }, { '😀': 1, '\ue000': 2 }]) {
  test(`what languages write differently is refused in strictInterop: ${label(args)}`, async (t) => {
    const gateway = await gatewayFor(t);
    const lax = clientFor(t, gateway.url);
    await lax.attest();
    assert.deepEqual((await lax.callTool('echo.any', args)).arguments, args);
    const strict = clientFor(t, gateway.url, { strictInterop: true });
    await strict.attest();
    assert.ok((await rejection(strict.callTool('echo.any', args))) instanceof PayloadError);
    assert.equal(gateway.calls.length, 1);
    const safe = { a: 3, b: 0.5, c: 0, d: -(2 ** 53 - 1), e: 1e-4, '😀': 1 };
    await strict.callTool('echo.any', safe);
  });
}

test('a payload larger than an envelope is refused before anything is sent', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const error = await rejection(client.callTool('echo.any', { x: 'x'.repeat(2 << 20) }));
  assert.ok(error instanceof PayloadError);
  assert.equal(error.dispatched, false);
  assert.equal(gateway.calls.length, 0);
});

test('the request is the documented envelope', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  await client.callTool('fs.read', { path: '/workspace/a' });
  const [{ json: envelope, body }] = gateway.calls;
  assert.deepEqual(Object.keys(envelope), [
    'protocol',
    'security_token',
    'signature',
    'payload',
    'timestamp',
  ]);
  const { id, ...payload } = envelope.payload;
  assert.match(id, /^req-[0-9a-f]{16}$/);
  assert.deepEqual(payload, {
    jsonrpc: '2.0',
    method: 'tools/call',
    params: { name: 'fs.read', arguments: { path: '/workspace/a' } },
  });
  const verified = verifyEnvelope(body, client.key.publicKey);
  assert.deepEqual(JSON.parse(verified.payload), envelope.payload);
});
