// Proofs of the modern era: a stolen token is of no use, and a moved proof neither.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateFor, serve } from './connect.mjs';
import { AUDIENCE, EXTENSION, IDENTITY, provider, SUBJECT } from './issuer.mjs';
import { credentials, post, signed, streamClient, toolCall, withCarrier } from './raw.mjs';

/** Sends messages to one server, each answered with `{reason}` or the tool's text. */
const TRANSPORTS = {
  http: async (t, gate) => {
    const served = await serve(t, { server: 2, over: 'http' }, gate);
    return { served, ask: async (message) => said((await post(served.url, message)).message) };
  },
  streams: async (t, gate) => {
    const served = await serve(t, { server: 2, over: 'streams' }, gate);
    const client = streamClient(served);
    return { served, ask: async (message) => (client.send(message), said(await client.next())) };
  },
};

const said = ({ result, error }) =>
  error === undefined
    ? (JSON.parse(result.content[0].text).subject ?? null)
    : { code: error.code, reason: error.data.reason };
const refused = (reason, code = -32016) => ({ code, reason });

const other = (message) => ({
  ...message,
  params: { ...message.params, name: 'delete', arguments: {} },
});

for (const [over, open] of Object.entries(TRANSPORTS)) {
  test(`a token is used again with another proof, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask, served } = await open(t, gate);
    const mine = await credentials();
    for (let id = 1; id <= 3; id++) {
      assert.equal(await ask(await signed(toolCall(id, 'who', { n: id }), mine)), SUBJECT);
    }
    assert.deepEqual(served.calls, ['who', 'who', 'who']);
  });

  test(`a message that is sent again is refused, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask, served } = await open(t, gate);
    const mine = await credentials();
    const message = await signed(toolCall(1, 'who', { n: 1 }), mine);
    assert.equal(await ask(message), SUBJECT);
    assert.deepEqual(await ask(message), refused('replay', -32012));
    assert.deepEqual(await ask({ ...message, id: 2 }), refused('replay', -32012));
    assert.deepEqual(served.calls, ['who']);
  });

  test(`a proof is for one body, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask, served } = await open(t, gate);
    const mine = await credentials();
    const message = await signed(toolCall(1, 'who', { n: 1 }), mine);
    assert.deepEqual(await ask(other(message)), refused('proof'));
    const changed = structuredClone(message);
    changed.params.arguments.n = 2;
    assert.deepEqual(await ask(changed), refused('proof'));
    const added = structuredClone(message);
    added.params._meta.progressToken = 1;
    assert.deepEqual(await ask(added), refused('proof'));
    // What it is for still passes: a refused copy used nothing up.
    assert.equal(await ask(message), SUBJECT);
    assert.deepEqual(served.calls, ['who']);
  });

  test(`the order of members is no part of a body, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask } = await open(t, gate);
    const message = await signed(toolCall(1, 'who', { n: 1 }), await credentials());
    const { name, arguments: args, _meta } = message.params;
    assert.equal(await ask({ ...message, params: { _meta, arguments: args, name } }), SUBJECT);
  });

  test(`a proof is for one method, audience, key and minute, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask } = await open(t, gate);
    const mine = await credentials();
    const theirs = await credentials();
    const message = toolCall(1, 'who', { n: 1 });
    const cases = {
      method: await signed(message, mine, { method: 'tools/list' }),
      audience: await signed(message, mine, { audience: `${AUDIENCE}/` }),
      key: await signed(message, { ...mine, key: theirs.key }),
      token: withCarrier(message, {
        token: theirs.token,
        proof: (await signed(message, mine)).params._meta[EXTENSION].proof,
      }),
      old: await signed(message, mine, { now: Date.now() - 95_000 }),
      ahead: await signed(message, mine, { now: Date.now() + 35_000 }),
      none: withCarrier(message, { token: mine.token }),
      empty: withCarrier(message, { token: mine.token, proof: '' }),
    };
    for (const [name, forged] of Object.entries(cases)) {
      assert.equal((await ask(forged)).reason, 'proof', name);
    }
    assert.equal(await ask(await signed(message, mine)), SUBJECT);
  });

  test(`a bearer is none of the modern era's, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask } = await open(t, gate);
    const token = await provider.createToken({ identity: IDENTITY, audience: AUDIENCE });
    const message = toolCall(1, 'who', { n: 1 });
    assert.equal((await ask(withCarrier(message, { token }))).reason, 'proof');
    const { key } = await credentials();
    assert.equal((await ask(await signed(message, { token, key }))).reason, 'proof');
  });

  test(`a carrier of another shape is malformed, null is none, ${over}`, async (t) => {
    const { gate } = await gateFor();
    const { ask } = await open(t, gate);
    const message = toolCall(1, 'who', { n: 1 });
    for (const carrier of ['x', 1, [], true, { token: 1 }, { token: {} }]) {
      const reason = (await ask(withCarrier(message, carrier))).reason;
      assert.equal(reason, 'malformed', JSON.stringify(carrier));
    }
    for (const carrier of [null, {}, { token: null }]) {
      const answer = await ask(withCarrier(message, carrier));
      assert.deepEqual(answer, refused('not_provided', -32021), JSON.stringify(carrier));
    }
  });

  test(`an expired token is refused as such, ${over}`, async (t) => {
    const { gate, clock } = await gateFor();
    const { ask } = await open(t, gate);
    const mine = await credentials();
    const at = (ahead) => ({ now: Date.now() + ahead });
    assert.equal(await ask(await signed(toolCall(1, 'who', { n: 1 }), mine)), SUBJECT);
    clock.ahead = 320_000;
    const late = await signed(toolCall(2, 'who', { n: 2 }), mine, at(320_000));
    assert.equal(await ask(late), SUBJECT); // within the skew of clocks
    clock.ahead = 331_000;
    const later = await signed(toolCall(3, 'who', { n: 3 }), mine, at(331_000));
    assert.deepEqual(await ask(later), refused('expired', -32011));
  });
}
