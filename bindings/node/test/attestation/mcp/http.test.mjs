// What is HTTP's own: statuses, challenges, sessions by their ids, and requests without a message.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import express from 'express';
import {
  attestationRequestHash,
  attestFetch,
  attestHandler,
  createRequestProof,
} from 'callgate/attestation';
import { agent, call } from './clients.mjs';
import { connect, gateFor, serve } from './connect.mjs';
import { AUDIENCE, EXTENSION, forger, IDENTITY, provider } from './issuer.mjs';
import {
  bearer,
  credentials,
  ENVELOPE,
  initialize,
  post,
  signed,
  toolCall,
  withCarrier,
} from './raw.mjs';

const SERVERS = [1, 2].map((server) => ({ server, over: 'http' }));
const modern = { server: 2, over: 'http' };

const toolsList = { jsonrpc: '2.0', id: 2, method: 'tools/list' };

test('a refusal of the modern era has its status and challenge', async (t) => {
  const { gate } = await gateFor();
  const { url } = await serve(t, modern, gate);
  gate.requireAttestation({ tools: ['delete'], trustLevel: 'provider', check: () => false });
  const message = toolCall('a', 'who', { n: 1 });
  const mine = await credentials();
  const foreign = await credentials({ audience: 'https://other.example' });
  const cases = [
    [message, 400, -32021, 'not_provided'],
    [withCarrier(message, { token: 'x.y' }), 401, -32010, 'malformed'],
    [await signed(message, foreign), 401, -32014, 'audience'],
    [withCarrier(message, { token: mine.token }), 401, -32016, 'proof'],
    [await signed(toolCall('a', 'delete', {}), mine), 403, -32015, 'policy'],
  ];
  for (const [sent, status, code, reason] of cases) {
    const answer = await post(url, sent);
    assert.equal(answer.status, status, reason);
    assert.equal(answer.challenge, `AgentAttestation error="${reason}"`);
    assert.equal(answer.type, 'application/json');
    assert.equal(answer.message.id, 'a');
    assert.equal(answer.message.error.code, code);
    assert.deepEqual(answer.message.error.data, { reason, extension: EXTENSION });
  }
  assert.equal((await post(url, await signed(message, mine))).status, 200);
});

test('a store that fails refuses as unavailable', async (t) => {
  const replayCache = {
    insert: async () => {
      throw new Error('the store is down');
    },
  };
  const { gate } = await gateFor({ verifier: { replayCache } });
  const { url } = await serve(t, modern, gate);
  const answer = await post(url, await signed(toolCall(1, 'who', { n: 1 }), await credentials()));
  assert.deepEqual([answer.status, answer.message.error.code], [503, -32017]);
});

test('a refusal of the legacy era has status 200 and the id', async (t) => {
  const { gate } = await gateFor();
  for (const pair of SERVERS) {
    const { url } = await serve(t, pair, gate);
    for (const [sent, code, reason] of [
      [initialize(), -32001, 'not_provided'],
      [initialize({ version: '0.1.0', token: 'x' }), -32002, 'malformed'],
      [initialize('x'), -32002, 'malformed'],
      [toolsList, -32001, 'not_provided'],
    ]) {
      const answer = await post(url, sent);
      assert.deepEqual([answer.status, answer.challenge, answer.session], [200, null, null]);
      const { id, error } = answer.message;
      assert.deepEqual(
        [id, error.code, error.data],
        [sent.id, code, { reason, extension: EXTENSION }],
      );
    }
  }
});

test('ping and server/discover are answered to everyone, and nothing else', async (t) => {
  const { gate } = await gateFor();
  const { url } = await serve(t, modern, gate);
  const discover = {
    jsonrpc: '2.0',
    id: 1,
    method: 'server/discover',
    params: { _meta: ENVELOPE },
  };
  const { message } = await post(url, discover);
  assert.deepEqual(message.result.capabilities.extensions[EXTENSION], {
    version: '0.1.0',
    policy: 'required',
    algorithms: ['EdDSA'],
    proof: 'required',
    audience: AUDIENCE,
  });
  const ping = await post(url, { jsonrpc: '2.0', id: 2, method: 'ping' });
  assert.deepEqual(ping.message.result, {});
  for (const method of ['tools/list', 'resources/list', 'completion/complete', 'made/up', 'Ping']) {
    const asked = { jsonrpc: '2.0', id: 3, method, params: { _meta: ENVELOPE } };
    assert.equal((await post(url, asked)).message.error.code, -32021, method);
    const legacy = { jsonrpc: '2.0', id: 3, method };
    assert.equal((await post(url, legacy)).message.error.code, -32001, method);
  }
});

test('the answer to initialize says what came of the token', async (t) => {
  for (const pair of SERVERS) {
    const { gate } = await gateFor({ verifier: { policy: 'optional' } });
    const { url } = await serve(t, pair, gate);
    const said = async (carrier) =>
      (await post(url, initialize(carrier))).message.result.capabilities.experimental[
        'security.attestation'
      ];
    assert.deepEqual(await said({ version: '0.1.0', token: await bearer() }), {
      version: '0.1.0',
      policy: 'optional',
      verification_status: 'verified',
      trust_level: 'provider',
      verified_claims: ['agent_identity', 'attestation_metadata'],
    });
    const anonymous = await said();
    assert.equal(anonymous.verification_status, 'not_provided');
  }
});

test('notifications without attestation are dropped and counted', async (t) => {
  const { gate } = await gateFor();
  const { url } = await serve(t, modern, gate);
  const cancelled = (params) => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1, ...params },
  });
  for (const sent of [cancelled({ _meta: ENVELOPE }), cancelled({})]) {
    const answer = await post(url, sent);
    assert.deepEqual([answer.status, answer.message], [202, null]);
  }
  assert.equal((await post(url, { jsonrpc: '2.0', id: 1, result: {} })).status, 202);
  assert.equal(gate.dropped, 3);
  const attested = await signed(cancelled({ _meta: ENVELOPE }), await credentials());
  assert.equal((await post(url, attested)).status, 202);
  assert.equal(gate.dropped, 3);
});

for (const pair of SERVERS) {
  test(`what is no single message is refused, server ${pair.server}.x`, async (t) => {
    const { gate } = await gateFor({ verifier: { policy: 'optional' } });
    const { url, calls } = await serve(t, pair, gate);
    const one = JSON.stringify(toolCall(1, 'who', { n: 1 }));
    for (const [body, code] of [
      [`[${one}]`, -32600],
      ['[]', -32600],
      ['{', -32700],
      ['', -32700],
      [one.replace('"id":1', '"id":1,"id":2'), -32700],
      [one.replace('"n":1', '"n":1,"n":2'), -32700],
      [one.replace('"2.0"', '"1.0"'), -32600],
      [one.replace('"who"', '"\\ud800"'), -32700],
    ]) {
      const answer = await post(url, body);
      assert.deepEqual([answer.status, answer.message.id], [400, null], body);
      assert.equal(answer.message.error.code, code, body);
    }
    assert.deepEqual(calls, []);
    assert.ok((await post(url, initialize())).message.result);
  });
}

test('bodies have a limit and a type, requests a method', async (t) => {
  const { gate } = await gateFor();
  const { url } = await serve(t, modern, gate);
  const long = JSON.stringify({ ...toolsList, params: { pad: 'x'.repeat(4 * 1024 * 1024) } });
  assert.equal((await post(url, long)).status, 413);
  assert.equal((await post(url, toolsList, { 'content-type': 'text/plain' })).status, 415);
  for (const method of ['PUT', 'PATCH', 'HEAD']) {
    assert.equal((await fetch(url, { method })).status, 405, method);
  }
});

for (const pair of SERVERS) {
  test(`GET and DELETE want a session of a verified caller, server ${pair.server}.x`, async (t) => {
    const { gate } = await gateFor();
    const { url } = await serve(t, pair, gate);
    const { session } = await post(url, initialize({ version: '0.1.0', token: await bearer() }));
    const ask = async (method, id) => {
      const accept = 'text/event-stream';
      const headers = { accept, ...(id === undefined ? {} : { 'mcp-session-id': id }) };
      const response = await fetch(url, { method, headers });
      await response.body?.cancel();
      return response.status;
    };
    for (const method of ['GET', 'DELETE']) {
      assert.equal(await ask(method), 400);
      assert.equal(await ask(method, 'another'), 400);
    }
    const served = pair.server === 1 ? 200 : 405; // the second line keeps no legacy sessions
    assert.equal(await ask('GET', session), served);
    assert.equal(await ask('DELETE', session), served);
    assert.equal(await ask('DELETE', session), 400);
    const after = await post(url, toolsList, { 'mcp-session-id': session });
    assert.equal(after.message.error.code, -32001);
  });

  test(`a second initialize of a session is judged again, server ${pair.server}.x`, async (t) => {
    const { gate } = await gateFor();
    const { url } = await serve(t, pair, gate);
    const { session } = await post(url, initialize({ version: '0.1.0', token: await bearer() }));
    const headers = { 'mcp-session-id': session };
    assert.ok((await post(url, toolsList, headers)).message.result);
    const token = await forger.createToken({ identity: IDENTITY, audience: AUDIENCE });
    const again = await post(url, initialize({ version: '0.1.0', token }), headers);
    assert.equal(again.message.error.data.reason, 'signature');
    assert.equal((await post(url, toolsList, headers)).message.error.code, -32001);
  });
}

test('with proofs, GET and DELETE of a session want one', async (t) => {
  const { gate } = await gateFor({ verifier: { requireProof: true } });
  const { url } = await serve(t, SERVERS[0], gate);
  const { key, token } = await credentials();
  const prove = (method, params, era) => {
    const requestHash = attestationRequestHash(params, era);
    return createRequestProof({ token, audience: AUDIENCE, method, requestHash, key });
  };
  const carrier = { version: '0.1.0', token };
  const proof = await prove('initialize', initialize(carrier).params, 'legacy');
  const { session } = await post(url, initialize({ ...carrier, proof }));
  const ask = async (method, covered, proven = method, last) => {
    const shown = covered && (await prove(`http:${proven}`, covered, 'legacy'));
    const response = await fetch(url, {
      method,
      headers: {
        accept: 'text/event-stream',
        'mcp-session-id': session,
        ...(shown === undefined ? {} : { 'mcp-attestation-proof': shown }),
        ...(last === undefined ? {} : { 'last-event-id': last }),
      },
    });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await ask('GET'), 401);
  assert.equal(await ask('DELETE'), 401);
  assert.equal(await ask('GET', { session: 'another' }), 401);
  assert.equal(await ask('GET', { session }, 'DELETE'), 401);
  assert.equal(await ask('GET', { session }, 'GET', 'event-7'), 401);
  assert.equal(await ask('GET', { session, last_event_id: 'event-6' }, 'GET', 'event-7'), 401);
  assert.equal(await ask('GET', { session }), 200);
  assert.equal(await ask('DELETE', { session }), 200);
});

test('the clients of both lines prove their GET and DELETE', async (t) => {
  for (const name of ['1.x', '2.x legacy']) {
    const { gate } = await gateFor({ verifier: { requireProof: true } });
    const served = await serve(t, SERVERS[0], gate);
    const { key } = await credentials();
    const { client, transport } = await connect(t, name, served, agent({ key }));
    assert.match(await call(client, 'who', { n: 1 }), /"verified":true/);
    await transport.inner.terminateSession();
    assert.equal(gate.refused, 0);
  }
});

test('one caller’s token does not speak in another’s session', async (t) => {
  const { gate } = await gateFor();
  const { url } = await serve(t, SERVERS[0], gate);
  const { session } = await post(url, initialize({ version: '0.1.0', token: await bearer() }));
  const theirs = await signed({ ...toolsList, params: {} }, await credentials());
  const answer = await post(url, theirs, { 'mcp-session-id': session });
  assert.equal(answer.message.error.data.reason, 'binding');
});

test('sessions are bounded', async (t) => {
  const { gate, clock } = await gateFor({ sessionLifetime: 60 });
  const inner = async () => Response.json({ jsonrpc: '2.0', id: 1, result: { capabilities: {} } });
  const handle = attestFetch(inner, gate, { maxSessions: 2 });
  const open = async () => {
    const body = JSON.stringify(initialize({ version: '0.1.0', token: await bearer() }));
    const headers = { 'content-type': 'application/json' };
    return (await handle(new Request('http://x/mcp', { method: 'POST', headers, body }))).json();
  };
  for (let i = 0; i < 2; i++) assert.ok((await open()).result);
  assert.equal((await open()).error.data.reason, 'unavailable');
  clock.ahead = 61_000;
  assert.ok((await open()).result);
});

test('handlers and requests that are none are errors', async () => {
  const { gate } = await gateFor();
  for (const wrap of [attestHandler, attestFetch]) {
    assert.throws(() => wrap(undefined, gate), TypeError);
    assert.throws(() => wrap(() => {}, {}), TypeError);
    for (const options of [{ maxBodyBytes: 0 }, { maxSessions: 1.5 }, { maxBodyBytes: '1' }]) {
      assert.throws(() => wrap(() => {}, gate, options), JSON.stringify(options));
    }
    assert.throws(() => wrap(() => {}, gate, { maxBytes: 1 }), TypeError);
  }
  let reached = false;
  const handler = attestHandler(() => (reached = true), gate);
  await assert.rejects(handler({ method: 'GET', headers: {} }, {}), /attestFetch/);
  assert.equal(reached, false);
});

test('a body that was parsed before is no body as it was sent', async (t) => {
  const { gate } = await gateFor();
  const app = express();
  const seen = [];
  const handler = attestHandler((request, response) => {
    seen.push([request.params.tenant, request.auth]);
    request.pipe(response);
  }, gate);
  const auth = (request, _response, next) => next((request.auth = 'alice'));
  app.post('/parsed/:tenant', express.json(), handler);
  app.post('/:tenant', (request, response, next) => auth(request, response, () => next()), handler);
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.closeAllConnections(), server.close()));
  const at = (path) => `http://127.0.0.1:${server.address().port}/${path}`;
  const message = await signed(toolCall(1, 'who', { n: 1 }), await credentials());
  assert.equal((await post(at('parsed/one'), message)).status, 500);
  const { message: forwarded } = await post(at('one'), message);
  assert.deepEqual(seen, [['one', 'alice']]);
  assert.deepEqual(Object.keys(forwarded.params._meta[EXTENSION]), ['context']);
  assert.equal(forwarded.params.arguments.n, 1);
  const parsedBody = {};
  const handle = attestFetch(async () => new Response(), gate);
  await assert.rejects(handle(new Request(at('one')), { parsedBody }), TypeError);
});

test('a second initialize without a token ends what the first verified', async () => {
  const { gate } = await gateFor({ verifier: { policy: 'preferred' } });
  gate.requireAttestation({ tools: ['who'] });
  const headers = { 'mcp-session-id': 'one' };
  const serveOne = async (request) => {
    const { id } = await request.json();
    return Response.json({ jsonrpc: '2.0', id, result: { tools: [{ name: 'who' }] } }, { headers });
  };
  const handle = attestFetch(serveOne, gate);
  const send = async (message) => {
    const type = { 'content-type': 'application/json' };
    const init = {
      method: 'POST',
      headers: { ...headers, ...type },
      body: JSON.stringify(message),
    };
    return (await (await handle(new Request(AUDIENCE, init))).json()).result;
  };
  await send(initialize({ version: '0.1.0', token: await bearer() }));
  assert.equal((await send(toolsList)).tools.length, 1);
  await send(initialize());
  assert.equal((await send(toolsList)).tools.length, 0);
});

test('another subject takes no session over', async () => {
  const { gate } = await gateFor();
  const headers = { 'mcp-session-id': 'one', 'content-type': 'application/json' };
  const serveOne = async (request) => {
    const { id } = await request.json();
    return Response.json({ jsonrpc: '2.0', id, result: {} }, { headers });
  };
  const handle = attestFetch(serveOne, gate);
  const begin = async (identity) => {
    const token = await provider.createToken({ identity, audience: AUDIENCE });
    const body = JSON.stringify(initialize({ version: '0.1.0', token }));
    return await (await handle(new Request(AUDIENCE, { method: 'POST', headers, body }))).json();
  };
  assert.ok('result' in (await begin(IDENTITY)));
  assert.ok('result' in (await begin(IDENTITY)));
  const refused = await begin({ ...IDENTITY, model_version: 'another' });
  assert.equal(refused.error.data.reason, 'binding');
});

test('a server is not asked to compress what may have to be changed', async (t) => {
  const { gate } = await gateFor({ verifier: { policy: 'preferred' } });
  const asked = [];
  const answer = JSON.stringify({ jsonrpc: '2.0', id: 2, result: { tools: [] } });
  const type = { 'content-type': 'application/json' };
  const handle = attestFetch((request) => {
    asked.push(request.headers.get('accept-encoding'));
    return new Response(answer, { headers: type });
  }, gate);
  const listen = attestHandler((request, response) => {
    asked.push(request.headers['accept-encoding'] ?? null, request.rawHeaders.join(' '));
    response.writeHead(200, type).end(answer);
  }, gate);
  const server = createServer(listen).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const headers = { ...type, 'accept-encoding': 'gzip' };
  const init = { method: 'POST', headers, body: JSON.stringify(toolsList) };
  await handle(new Request(AUDIENCE, init));
  await (await fetch(`http://127.0.0.1:${server.address().port}/`, init)).text();
  const resumed = { headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip' } };
  await handle(new Request(AUDIENCE, resumed));
  await (await fetch(`http://127.0.0.1:${server.address().port}/`, resumed)).text();
  const [web, node, raw, webResumed, nodeResumed, rawResumed] = asked;
  assert.deepEqual([web, node, webResumed, nodeResumed], [null, null, null, null]);
  for (const names of [raw, rawResumed]) assert.doesNotMatch(names, /accept-encoding/i);
});
