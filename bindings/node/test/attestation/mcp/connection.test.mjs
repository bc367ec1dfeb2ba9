// One connection: ids, order, what is not answered, and what the server sends by itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { attestationOf, attestFetch, attestTransport } from 'callgate/attestation';
import { gateFor, serve } from './connect.mjs';
import { EXTENSION } from './issuer.mjs';
import { bearer, credentials, initialize, signed, streamClient, toolCall } from './raw.mjs';

/** A transport whose ends are in the test's hands. */
function loose() {
  const sent = [];
  const transport = {
    sent,
    start: async () => {},
    close: async () => transport.onclose?.(),
    send: async (message) => void sent.push(message),
  };
  return transport;
}

/** A gate on a connection whose server does nothing by itself. */
async function idle(options) {
  const { gate, clock } = await gateFor(options);
  return { clock, ...(await idleOf(gate)) };
}

async function idleOf(gate) {
  const wire = loose();
  const transport = attestTransport(wire, gate);
  const received = [];
  transport.onmessage = (message) => received.push(message);
  const settle = async (count) => {
    while (received.length + wire.sent.length < count)
      await new Promise((done) => setImmediate(done));
  };
  return { gate, wire, transport, received, settle };
}

const opened = async (options) => {
  const parts = await idle(options);
  parts.wire.onmessage(initialize({ version: '0.1.0', token: await bearer() }));
  await parts.settle(1);
  return parts;
};

test('messages that come at once are judged in their order', async (t) => {
  for (const server of [1, 2]) {
    const { gate } = await gateFor();
    const client = streamClient(await serve(t, { server, over: 'streams' }, gate));
    client.send(initialize({ version: '0.1.0', token: await bearer() }));
    client.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    client.send({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
    assert.ok((await client.next()).result.capabilities);
    assert.equal((await client.next()).result.tools.length, 2);
    assert.equal(gate.refused + gate.dropped, 0);
  }
});

test('the server sees neither token nor proof', async () => {
  const { wire, received, settle } = await opened();
  const carrier = received[0].params.capabilities.experimental['security.attestation'];
  assert.deepEqual(carrier, { version: '0.1.0' });
  const mine = await credentials();
  const { gate } = await gateFor();
  const other = attestTransport(loose(), gate);
  const seen = new Promise((resolve) => (other.onmessage = resolve));
  other.inner.onmessage(await signed(toolCall(1, 'who', { n: 1 }), mine));
  const { params } = await seen;
  assert.deepEqual(Object.keys(params._meta[EXTENSION]), ['context']);
  assert.ok(!JSON.stringify(params).includes(mine.token));
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  await settle(2);
});

test('a context belongs to its request while that is handled', async () => {
  const { wire, transport, received, settle } = await opened();
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  await settle(2);
  const { _meta } = received[1].params;
  assert.equal(attestationOf({ _meta }).verified, true);
  assert.equal(attestationOf({ mcpReq: { _meta } }).verified, true);
  await transport.send({ jsonrpc: '2.0', id: 2, result: {} });
  assert.equal(attestationOf({ _meta }), undefined);
  for (const extra of [undefined, null, {}, { _meta: {} }, { _meta: { [EXTENSION]: 1 } }, 7]) {
    assert.equal(attestationOf(extra), undefined);
  }
  const forged = { context: 'verified', verified: true, subject: 'spiffe://issuer.com/x' };
  assert.equal(attestationOf({ _meta: { [EXTENSION]: forged } }), undefined);
});

test('an id that is in use is refused', async () => {
  const { wire, received, settle } = await opened();
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'ping' });
  wire.onmessage({ jsonrpc: '2.0', id: '2', method: 'ping' });
  await settle(4);
  assert.deepEqual(
    received.map(({ id }) => id),
    [1, 2, '2'],
  );
  assert.deepEqual([wire.sent[0].id, wire.sent[0].error.code], [2, -32600]);
});

test('what was cancelled is not answered', async () => {
  const { wire, transport, received, settle } = await opened();
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  wire.onmessage({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
  await settle(3);
  assert.equal(attestationOf(received[1].params), undefined);
  await transport.send({ jsonrpc: '2.0', id: 2, result: { tools: [] } });
  assert.deepEqual(wire.sent, []);
});

test('a server’s own requests and notifications end with the session', async () => {
  const { clock, wire, transport } = await opened();
  const notification = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
  await transport.send(notification);
  assert.deepEqual(wire.sent, [notification]);
  clock.ahead = 3601_000;
  await transport.send(notification);
  await transport.send({ jsonrpc: '2.0', id: 9, method: 'roots/list' });
  assert.deepEqual(wire.sent, [notification]);
});

test('a server says nothing by itself to a caller that was not let in', async () => {
  const notification = { jsonrpc: '2.0', method: 'notifications/message' };
  const { wire, transport, settle } = await idle();
  await transport.send(notification);
  wire.onmessage(initialize());
  await settle(1);
  await transport.send(notification);
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'ping' });
  await settle(2);
  await transport.send(notification);
  assert.ok(wire.sent.every(({ method }) => method === undefined));
  wire.onmessage(await signed(toolCall(3, 'who', { n: 1 }), await credentials()));
  await settle(3);
  await transport.send(notification);
  assert.deepEqual(wire.sent.at(-1), notification);
});

test('a server speaks to an anonymous caller that the policy lets in', async () => {
  const notification = { jsonrpc: '2.0', method: 'notifications/message' };
  const { wire, transport, settle } = await idle({ verifier: { policy: 'preferred' } });
  wire.onmessage(initialize());
  await settle(1);
  await transport.send({ jsonrpc: '2.0', id: 1, result: {} });
  await transport.send(notification);
  assert.deepEqual(wire.sent.at(-1), notification);
  wire.onmessage({ ...initialize({ version: '0.1.0', token: 'bad' }), id: 2 });
  await settle(4);
  await transport.send(notification);
  assert.equal(wire.sent.filter(({ method }) => method !== undefined).length, 1);
});

test('answers to a server’s requests belong to a session', async () => {
  const answer = { jsonrpc: '2.0', id: 9, result: { roots: [] } };
  const { wire, received, settle, clock, gate } = await opened();
  wire.onmessage(answer);
  await settle(2);
  assert.deepEqual(received[1], answer);
  clock.ahead = 3601_000;
  wire.onmessage(answer);
  const { wire: unopened, received: nothing, gate: other } = await idle();
  unopened.onmessage(answer);
  while (gate.dropped + other.dropped < 2) await new Promise((done) => setImmediate(done));
  assert.equal(received.length, 2);
  assert.deepEqual(nothing, []);
});

test('a refused initialize ends what was verified before', async () => {
  const { wire, received, settle } = await opened();
  wire.onmessage({ ...initialize(), id: 2 });
  wire.onmessage({ jsonrpc: '2.0', id: 3, method: 'tools/list' });
  await settle(3);
  assert.equal(received.length, 1);
  assert.deepEqual(
    wire.sent.map(({ error }) => error.code),
    [-32001, -32001],
  );
});

test('a batch on a connection is refused, in objects too', async () => {
  const { wire, received, gate } = await opened();
  wire.onmessage([{ jsonrpc: '2.0', id: 2, method: 'tools/list' }]);
  while (gate.refused < 1) await new Promise((done) => setImmediate(done));
  assert.equal(received.length, 1);
  assert.deepEqual(wire.sent, []);
});

test('what nothing can judge is refused as unavailable', async () => {
  const replayCache = {
    insert: async () => {
      throw new Error('the store is down');
    },
  };
  const { wire, received, settle } = await idle({ verifier: { replayCache } });
  wire.onmessage(initialize({ version: '0.1.0', token: await bearer() }));
  await settle(1);
  assert.deepEqual(received, []);
  assert.equal(wire.sent[0].error.data.reason, 'unavailable');
});

test('a flood of messages is answered, not kept', async () => {
  const { wire, settle } = await opened();
  const errors = [];
  for (let id = 10; id < 2000; id++) wire.onmessage({ jsonrpc: '2.0', id, method: 'tools/list' });
  await settle(1991);
  errors.push(...wire.sent.filter(({ error }) => error?.data.reason === 'unavailable'));
  assert.equal(errors.length, 1990 - 1024);
});

test('a clock that cannot be read lets nothing through', async () => {
  const causes = [];
  const onRefused = ({ reason, cause }) => causes.push([reason, cause?.codeName]);
  const { gate } = await gateFor({ now: () => NaN, onRefused });
  const { wire, received, settle } = await idleOf(gate);
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  wire.onmessage({ jsonrpc: '2.0', method: 'notifications/initialized' });
  wire.onmessage({ jsonrpc: '2.0', id: 3, method: 'ping' });
  await settle(2);
  assert.deepEqual(
    received.map(({ id }) => id),
    [3],
  );
  assert.equal(wire.sent[0].error.data.reason, 'unavailable');
  const handle = attestFetch(() => new Response('reached'), gate);
  for (const method of ['GET', 'DELETE']) {
    assert.equal((await handle(new Request('http://x/', { method }))).status, 503);
  }
  assert.deepEqual(causes, Array(4).fill(['unavailable', 'INVALID_ARGUMENT']));
});

test('what waits for an answer is let go with the connection', async () => {
  const { wire, transport, received, settle } = await opened();
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  await settle(2);
  wire.onmessage({ jsonrpc: '2.0', id: 3, method: 'tools/list' });
  let closed = false;
  transport.onclose = () => (closed = true);
  await transport.close();
  assert.ok(closed);
  assert.equal(attestationOf(received[1].params), undefined);
  await new Promise((done) => setImmediate(done));
  assert.equal(received.length, 2);
});

test('a log that fails lets nothing through', async () => {
  const warned = once(process, 'warning');
  const onRefused = () => {
    throw new RangeError('the disk is full');
  };
  const { wire, received, settle } = await idle({ onRefused });
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'tools/list' });
  await settle(1);
  assert.deepEqual(received, []);
  assert.equal(wire.sent[0].error.code, -32001);
  assert.equal((await warned)[0].message, 'the disk is full');
});

test('a handle that a client makes up is no context', async () => {
  const { wire, received, settle } = await opened({ verifier: { policy: 'optional' } });
  const _meta = { [EXTENSION]: { context: 'made-up' } };
  wire.onmessage({ jsonrpc: '2.0', id: 2, method: 'ping', params: { _meta } });
  const { params } = initialize();
  wire.onmessage({ ...initialize(), id: 3, params: { ...params, _meta } });
  await settle(3);
  for (const message of received.slice(1)) assert.deepEqual(message.params._meta, {});
});

test('a transport that is none is an error', async () => {
  const { gate } = await gateFor();
  for (const transport of [undefined, {}, { send: () => {} }]) {
    assert.throws(() => attestTransport(transport, gate), TypeError);
  }
  assert.throws(() => attestTransport(loose(), {}), TypeError);
});
