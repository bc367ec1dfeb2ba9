// The agent's side: what it sends to whom, and what it makes of answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretKey } from 'callgate';
import { attestingTransport } from 'callgate/attestation';
import { agent, call, CLIENTS } from './clients.mjs';
import { connect, gateFor, nameOf, PAIRS, serve } from './connect.mjs';
import { AUDIENCE, EXTENSION, IDENTITY, provider, SUBJECT } from './issuer.mjs';

/** A `fetch` that keeps what was sent. */
function recording() {
  const sent = [];
  const record = async (url, init) => {
    if (typeof init.body === 'string') sent.push(JSON.parse(init.body));
    return fetch(url, init);
  };
  return { sent, fetch: record };
}

for (const pair of PAIRS) {
  test(`a server that hides its support is refused: ${nameOf(pair)}`, async (t) => {
    const served = await serve(t, pair, null); // no gate: it knows nothing of attestation
    const asked = (async () => {
      const { client } = await connect(
        t,
        pair.client,
        served,
        agent({ requireServerSupport: true }),
      );
      return client.callTool({ name: 'delete', arguments: {} });
    })();
    await assert.rejects(asked, /does not verify attestations/);
    assert.deepEqual(served.calls, []);
  });

  test(`without the option it is served: ${nameOf(pair)}`, async (t) => {
    const served = await serve(t, pair, null);
    const { client, transport } = await connect(t, pair.client, served, agent());
    assert.equal(await call(client, 'delete'), 'deleted');
    assert.equal(transport.attestationStatus, undefined);
  });

  test(`support is known once connected: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor();
    const options = agent({ requireServerSupport: true });
    const { client, transport } = await connect(
      t,
      pair.client,
      await serve(t, pair, gate),
      options,
    );
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    assert.equal(transport.attestationStatus.policy, 'required');
  });

  test(`the key may be kept elsewhere: ${nameOf(pair)}`, async (t) => {
    const { gate } = await gateFor({ verifier: { requireProof: true } });
    const secret = SecretKey.generate();
    const key = { publicKey: secret.publicKey, sign: async (bytes) => secret.sign(bytes) };
    const served = await serve(t, pair, gate);
    const { client } = await connect(t, pair.client, served, agent({ key }));
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
  });
}

test('in the modern era no token is sent before the server says it wants one', async (t) => {
  for (const gated of [true, false]) {
    const { gate } = await gateFor();
    const served = await serve(t, { server: 2, over: 'http' }, gated ? gate : null);
    const { sent, fetch: recorded } = recording();
    const options = agent({ fetch: recorded });
    const { client } = await connect(t, '2.x modern', served, options);
    await client.callTool({ name: 'delete', arguments: {} });
    assert.equal(sent[0].method, 'server/discover');
    assert.equal(sent[0].params._meta[EXTENSION], undefined);
    const carrier = sent.at(-1).params._meta[EXTENSION];
    assert.deepEqual(Object.keys(carrier ?? {}), gated ? ['token', 'proof'] : []);
  }
});

test('a client that knows the server already asks it nevertheless', async (t) => {
  const { gate } = await gateFor();
  const served = await serve(t, { server: 2, over: 'http' }, gate);
  const { client: first } = await connect(t, '2.x modern', served, agent());
  const discover = structuredClone(first.getDiscoverResult());
  const parts = CLIENTS['2.x modern'];
  const client = parts.make();
  t.after(() => client.close());
  const { sent, fetch: recorded } = recording();
  const transport = served.transport(parts, agent({ fetch: recorded }));
  await client.connect(transport, { prior: { kind: 'modern', discover } });
  const said = await Promise.all([1, 2, 3].map((n) => call(client, 'who', { n })));
  assert.ok(said.every((text) => JSON.parse(text).subject === SUBJECT));
  const methods = sent.map(({ method }) => method);
  assert.deepEqual(methods.sort(), ['server/discover', 'tools/call', 'tools/call', 'tools/call']);
});

test('every request has a proof of its own, and one token', async (t) => {
  const { gate } = await gateFor();
  const served = await serve(t, { server: 2, over: 'http' }, gate);
  const { sent, fetch: recorded } = recording();
  const { client } = await connect(t, '2.x modern', served, agent({ fetch: recorded }));
  for (let n = 0; n < 3; n++) await client.callTool({ name: 'who', arguments: { n } });
  const carriers = sent.slice(1).map(({ params }) => params._meta[EXTENSION]);
  assert.equal(new Set(carriers.map(({ proof }) => proof)).size, 3);
  assert.equal(new Set(carriers.map(({ token }) => token)).size, 1);
});

for (const over of ['http', 'streams']) {
  /** A client whose clock is late, so that it learns of the expiry from the server. */
  const late = async (t) => {
    const { gate, clock } = await gateFor({ verifier: { clockSkewSeconds: 0 } });
    const served = await serve(t, { server: 2, over }, gate);
    const mine = { ahead: 0 };
    let issued = 0;
    const issueToken = (confirmationKey) => {
      issued++;
      return provider.createToken({
        identity: IDENTITY,
        audience: AUDIENCE,
        confirmationKey,
        now: Date.now() + clock.ahead,
      });
    };
    const now = () => Date.now() + mine.ahead;
    const options = { audience: AUDIENCE, issueToken, now };
    const { client } = await connect(t, '2.x modern', served, options);
    return { client, clock, mine, served, gate, issued: () => issued };
  };

  test(`an expired token is renewed and the request repeated, ${over}`, async (t) => {
    const { client, clock, mine, issued } = await late(t);
    assert.equal((await client.listTools()).tools.length, 2);
    clock.ahead = 301_000;
    mine.ahead = 260_000;
    const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' });
    assert.equal(tools.length, 2);
    assert.equal(issued(), 2);
  });

  test(`a call of a tool is not repeated, ${over}`, async (t) => {
    const { client, clock, mine, served, issued } = await late(t);
    assert.equal(await call(client, 'delete'), 'deleted');
    clock.ahead = 301_000;
    mine.ahead = 260_000;
    assert.deepEqual(await call(client, 'delete'), { code: -32011, reason: 'expired' });
    assert.deepEqual(served.calls, ['delete']);
    assert.equal(await call(client, 'delete'), 'deleted');
    assert.equal(issued(), 2);
  });
}

test('a token is renewed before it expires, once for all that wait', async (t) => {
  const { gate, clock } = await gateFor();
  const served = await serve(t, { server: 2, over: 'http' }, gate);
  let issued = 0;
  const now = () => Date.now() + clock.ahead;
  const counting = {
    createToken: (wanted) => {
      issued++;
      return provider.createToken(wanted);
    },
  };
  const options = agent({ provider: counting, now });
  const { client } = await connect(t, '2.x modern', served, options);
  const calls = () => Promise.all([1, 2, 3, 4].map((n) => call(client, 'who', { n })));
  assert.ok((await calls()).every((text) => /"verified":true/.test(text)));
  assert.equal(issued, 1);
  clock.ahead = 271_000;
  assert.ok((await calls()).every((text) => /"verified":true/.test(text)));
  assert.equal(issued, 2);
  assert.equal(gate.refused, 0);
});

test('what cannot be proven is not sent, and the place is named', async (t) => {
  const { gate } = await gateFor();
  const served = await serve(t, { server: 2, over: 'http' }, gate);
  const { client } = await connect(t, '2.x modern', served, agent());
  await assert.rejects(client.callTool({ name: 'who', arguments: { n: 2 ** 60 } }), {
    codeName: 'INVALID_JSON',
  });
  assert.match(await call(client, 'who', { n: 2 ** 52 }), /"verified":true/);
});

test('what a source of tokens throws is what the request rejects with', async (t) => {
  const { gate } = await gateFor();
  const served = await serve(t, { server: 2, over: 'http' }, gate);
  const issueToken = async () => {
    throw new RangeError('the issuer is down');
  };
  const { client } = await connect(t, '2.x modern', served, { audience: AUDIENCE, issueToken });
  await assert.rejects(client.callTool({ name: 'who', arguments: { n: 1 } }), RangeError);
});

/** A transport whose server is the test: `answer` gives the response to a request. */
function served(answer) {
  const transport = {
    start: async () => {},
    close: async () => transport.onclose?.(),
    send: async (message) => {
      const response = message.id === undefined ? undefined : answer(message, transport);
      if (response !== undefined) {
        setImmediate(() => transport.onmessage({ jsonrpc: '2.0', id: message.id, ...response }));
      }
    },
  };
  return transport;
}

const discovered = (capabilities) => ({
  result: {
    resultType: 'complete',
    supportedVersions: ['2026-07-28'],
    capabilities,
    serverInfo: { name: 'x', version: '1' },
    ttlMs: 0,
    cacheScope: 'public',
  },
});

test('a handshake that says the token was not accepted fails', async (t) => {
  const said = (status, policy) => ({
    'security.attestation': { version: '0.1.0', policy, verification_status: status },
  });
  for (const [experimental, requireServerSupport, accepted] of [
    [said('verified', 'required'), true, true],
    [said('failed', 'required'), false, false],
    [said('failed', 'optional'), false, true],
    [said('failed', 'optional'), true, false],
    [said('not_provided', 'optional'), true, false],
    [{ 'security.attestation': { policy: 'required' } }, true, false],
    [{ 'security.attestation': 'verified' }, true, false],
  ]) {
    const result = {
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'x', version: '1' },
      capabilities: { experimental },
    };
    const client = CLIENTS['1.x'].make();
    t.after(() => client.close());
    const transport = attestingTransport(
      served(() => ({ result })),
      agent({ requireServerSupport }),
    );
    const connecting = client.connect(transport);
    if (accepted) await connecting;
    else await assert.rejects(connecting, { code: -32603 });
  }
});

test('a server that does not say what it wants gets no request', async (t) => {
  const prior = { kind: 'modern', discover: discovered({ tools: {} }).result };
  for (const [answer, message] of [
    [(_, transport) => void setImmediate(() => transport.onclose()), /closed/i],
    [() => ({ error: { code: -32601, message: 'no such method' } }), /does not verify/],
  ]) {
    const methods = [];
    const inner = served((request, transport) => {
      methods.push(request.method);
      return answer(request, transport);
    });
    const client = CLIENTS['2.x modern'].make();
    t.after(() => client.close());
    const transport = attestingTransport(inner, agent({ requireServerSupport: true }));
    await client.connect(transport, { prior });
    await assert.rejects(client.callTool({ name: 'x' }), message);
    assert.deepEqual(methods, ['server/discover']);
  }
});

test('where renewal fails the client hears of the refusal', async (t) => {
  let issued = 0;
  const issueToken = (confirmationKey) => {
    if (++issued > 1) throw new RangeError('the issuer is down');
    return provider.createToken({ identity: IDENTITY, audience: AUDIENCE, confirmationKey });
  };
  const expired = {
    code: -32011,
    message: 'expired',
    data: { reason: 'expired', extension: EXTENSION },
  };
  const capabilities = { tools: {}, extensions: { [EXTENSION]: {} } };
  const inner = served(({ method }) =>
    method === 'server/discover' ? discovered(capabilities) : { error: expired },
  );
  const errors = [];
  const client = CLIENTS['2.x modern'].make();
  t.after(() => client.close());
  client.onerror = (error) => errors.push(error);
  await client.connect(attestingTransport(inner, { audience: AUDIENCE, issueToken }));
  await assert.rejects(client.listTools(), { code: -32011 });
  assert.equal(issued, 2);
  assert.ok(errors.some((error) => error instanceof RangeError));
});

test('a source of tokens gives tokens that expire', async (t) => {
  const noExpiry = `${btoa('{}')}.${btoa('{}')}.x`.replaceAll('=', '');
  for (const [token, error] of [
    [7, TypeError],
    ['x', { codeName: 'INVALID_TOKEN' }],
    [noExpiry, { codeName: 'INVALID_TOKEN', where: 'claims/exp' }],
  ]) {
    const client = CLIENTS['1.x'].make();
    t.after(() => client.close());
    const options = { audience: AUDIENCE, issueToken: () => token };
    const connecting = client.connect(
      attestingTransport(
        served(() => undefined),
        options,
      ),
    );
    await assert.rejects(connecting, error);
  }
});

test('options of an agent are checked', () => {
  const transport = { start: async () => {}, send: async () => {}, close: async () => {} };
  for (const options of [
    {},
    { audience: AUDIENCE },
    { audience: AUDIENCE, provider },
    agent({ provider: {} }),
    agent({ issueToken: () => 'x' }),
    agent({ identity: undefined }),
    agent({ audience: 7 }),
    agent({ key: 'k' }),
    agent({ requireServerSupport: 1 }),
    agent({ Audience: 'x' }),
  ]) {
    assert.throws(() => attestingTransport(transport, options), JSON.stringify(options));
  }
  assert.throws(() => attestingTransport({}, agent()), TypeError);
  assert.ok(attestingTransport(transport, agent()));
});
