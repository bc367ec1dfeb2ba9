// Streams that a caller opened end with its attestation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agent } from './clients.mjs';
import { connect, gateFor, serve } from './connect.mjs';
import { ISSUER } from './issuer.mjs';
import { bearer, credentials, ENVELOPE, initialize, post, signed, streamClient } from './raw.mjs';

const listen = (id) => ({
  jsonrpc: '2.0',
  id,
  method: 'subscriptions/listen',
  params: { notifications: { toolsListChanged: true }, _meta: { ...ENVELOPE } },
});

/** The events of a response, one at a time; undefined at its end. */
function eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return async () => {
    for (;;) {
      const event = /^([\s\S]*?)\n\n/.exec(text);
      if (event !== null) {
        text = text.slice(event[0].length);
        const data = /^data: ?(.+)$/m.exec(event[1]);
        if (data !== null) return JSON.parse(data[1]);
        continue;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += value;
    }
  };
}

const DENIALS = {
  'its token expires': ({ clock }) => (clock.ahead = 331_000),
  'its key is denied': ({ gate }) =>
    gate.verifier.setTrustedIssuers([{ issuer: ISSUER, deniedKeyIds: ['key-1'] }]),
  'its issuer is trusted no longer': ({ gate }) =>
    gate.verifier.setTrustedIssuers(['https://other.example']),
};

for (const [when, deny] of Object.entries(DENIALS)) {
  test(`a listen stream ends when ${when}, HTTP`, async (t) => {
    const gated = await gateFor();
    const { url, notify } = await serve(t, { server: 2, over: 'http' }, gated.gate);
    const message = await signed(listen('l'), await credentials());
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify(message),
    });
    const next = eventsOf(response);
    assert.equal((await next()).method, 'notifications/subscriptions/acknowledged');
    notify();
    assert.equal((await next()).method, 'notifications/tools/list_changed');
    deny(gated);
    notify();
    const last = await next();
    assert.equal(last.id, 'l');
    assert.equal(last.error.data.extension, 'dev.callgate/agent-attestation');
    assert.equal(await next(), undefined);
  });

  test(`a listen stream ends when ${when}, streams`, async (t) => {
    const gated = await gateFor();
    const served = await serve(t, { server: 2, over: 'streams' }, gated.gate);
    const client = streamClient(served);
    client.send(await signed(listen('l'), await credentials()));
    assert.equal((await client.next()).method, 'notifications/subscriptions/acknowledged');
    served.notify();
    assert.equal((await client.next()).method, 'notifications/tools/list_changed');
    deny(gated);
    served.notify();
    const last = await client.next();
    assert.equal(last.id, 'l');
    assert.equal(last.error.data.extension, 'dev.callgate/agent-attestation');
    served.notify();
    client.send({ jsonrpc: '2.0', id: 2, method: 'ping' });
    assert.equal((await client.next()).id, 2);
  });
}

test('a GET stream of the legacy era ends with its session', async (t) => {
  const { gate, clock } = await gateFor();
  const { url, notify } = await serve(t, { server: 1, over: 'http' }, gate);
  const { session } = await post(url, initialize({ version: '0.1.0', token: await bearer() }));
  const headers = { accept: 'text/event-stream', 'mcp-session-id': session };
  const next = eventsOf(await fetch(url, { headers }));
  notify();
  assert.equal((await next()).method, 'notifications/tools/list_changed');
  clock.ahead = 3601_000;
  notify();
  assert.equal(await next(), undefined);
});

for (const over of ['http', 'streams']) {
  test(`a client of the SDK hears events until its token expires, ${over}`, async (t) => {
    const { gate, clock } = await gateFor();
    const served = await serve(t, { server: 2, over }, gate);
    const now = () => Date.now() + clock.ahead;
    const { client } = await connect(t, '2.x modern', served, agent({ now }));
    // Nothing in a test of streams keeps the process waiting, as a pipe would.
    const waiting = setInterval(() => {}, 1000);
    t.after(() => clearInterval(waiting));
    let heard;
    const hears = () => new Promise((resolve) => (heard = resolve));
    client.setNotificationHandler('notifications/tools/list_changed', () => heard());
    for (let i = 0; i < 2; i++) {
      const subscription = await client.listen({ toolsListChanged: true });
      const event = hears();
      served.notify();
      await event;
      clock.ahead += 331_000;
      assert.equal(await subscription.closed, 'remote');
    }
    assert.equal(gate.refused, 0);
  });
}
