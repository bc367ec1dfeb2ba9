// What a client does with an honest gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CallgateError, verifyEnvelope } from 'callgate';
import {
  ClientClosed,
  Ed25519Key,
  GatewayRefused,
  isSMCPError,
  isToolDenied,
  NotAttested,
  PayloadError,
  SEALError,
  SMCPClient,
  SMCPError,
  TokenRefused,
  ToolDenied,
} from 'callgate/smcp';
import { clientFor, clockAhead, gatewayFor, label, rejection, sealClientFor } from './setup.mjs';

for (const generation of ['A', 'B', 'C']) {
  test(`a call returns the result in generation ${generation}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url, { generation });
    await client.attest();
    assert.deepEqual(await client.callTool('fs.read', { path: '/workspace/a' }), {
      tool: 'fs.read',
      arguments: { path: '/workspace/a' },
    });
  });
}

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

test('a client shows neither its key nor its token', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { enrolmentSecret: 's3cret' });
  const token = await client.attest();
  const shown = inspect(client, { depth: 10, showHidden: true });
  assert.match(shown, /^SMCPClient \{\s+workloadId: 'exec-1'/);
  assert.ok(!shown.includes(token) && !shown.includes('s3cret'));
  assert.throws(() => JSON.stringify(client), TypeError);
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

test('a denial says what was refused', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const error = await rejection(client.callTool('fs.read', { path: '/etc/passwd' }));
  assert.ok(error instanceof ToolDenied && error instanceof SMCPError);
  assert.ok(error instanceof CallgateError && error instanceof Error);
  assert.ok(isToolDenied(error) && isSMCPError(error));
  assert.equal(error.name, 'ToolDenied');
  assert.deepEqual(
    [error.codeName, error.code, error.statusCode],
    ['PATH_NOT_ALLOWED', 2002, 2002],
  );
  assert.equal(error.httpStatus, 403);
  assert.equal(error.dispatched, false);
  assert.equal(error.requestId, gateway.calls[0].requestId);
  assert.notEqual(error.message, '');
  assert.equal(gateway.calls.length, 1, 'a denial is not asked for twice');
});

test('statusCode is the number of the era, code that of the API', async (t) => {
  const gateway = await gatewayFor(t);
  const client = sealClientFor(t, gateway.url);
  await client.attest();
  gateway.gate.revokeSession(client.sessionId);
  const error = await rejection(client.callTool('echo.any', {}));
  assert.ok(error instanceof SEALError);
  assert.deepEqual(
    [error.codeName, error.code, error.statusCode],
    ['SESSION_INACTIVE', 1005, 1006],
  );
});

test('a rate limit says when to come back', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  await client.callTool('once.only', {});
  const error = await rejection(client.callTool('once.only', {}));
  assert.equal(error.codeName, 'RATE_LIMIT_EXCEEDED');
  assert.ok(error.retryAfter > 0 && error.retryAfter <= 60);
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

test('listTools is a signed request', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  assert.deepEqual(await client.listTools(), [
    { name: 'fs.read', inputSchema: { type: 'object' } },
  ]);
  assert.equal(gateway.calls[0].json.payload.method, 'tools/list');
});

test('listTools follows cursors to the end', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const page = (name, nextCursor) => (seen) =>
    seen.replyJson(200, seen.answer({ result: { tools: [{ name }], nextCursor } }));
  gateway.callLies.push(page('a', 'p2'), page('b'));
  const tools = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(
    gateway.calls.map(({ json }) => json.payload.params),
    [{}, { cursor: 'p2' }],
  );
});

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
  assert.equal(error.message, '/n/m is a bigint: pass a number, or a string of its digits');
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

test('a token is renewed before it ends', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  const first = await client.attest();
  const { sessionId } = client;
  clockAhead(t, 3545_000); // within the last minute of its hour
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
  assert.equal(gateway.attestations.length, 2);
  assert.equal(client.sessionId, sessionId);
  assert.notEqual(client.securityToken, first);
});

test('a gateway in trouble does not end a token that still lives', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { retries: 0 });
  const first = await client.attest();
  clockAhead(t, 3545_000);
  gateway.attestLies.push((seen) => seen.refuse(503, 'SIGNER_UNAVAILABLE'));
  await client.callTool('echo.any', {});
  await client.callTool('echo.any', {});
  assert.equal(gateway.attestations.length, 2, 'the next attempt waits a moment');
  assert.equal(client.securityToken, first);
  t.mock.timers.tick(6_000);
  await client.callTool('echo.any', {});
  assert.equal(gateway.attestations.length, 3);
});

test('a workload that is gone ends a renewal', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  gateway.attestLies.push((seen) => seen.refuse(401, 'UNKNOWN_WORKLOAD'));
  const error = await rejection(client.callTool('echo.any', {}));
  assert.equal(error.codeName, 'UNKNOWN_WORKLOAD');
  assert.equal(gateway.calls.length, 0);
});

for (const name of ['INVALID_TOKEN', 'EXPIRED_TOKEN']) {
  for (const generation of ['B', 'C']) {
    test(`${name} renews once if nothing was dispatched, in generation ${generation}`, async (t) => {
      const gateway = await gatewayFor(t);
      const client = clientFor(t, gateway.url, { generation });
      await client.attest();
      const refuse = (seen) => seen.refuse(401, name);
      gateway.callLies.push(refuse);
      assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
      assert.deepEqual([gateway.attestations.length, gateway.calls.length], [2, 2]);
      const [first, second] = gateway.calls.map(({ json }) => json);
      assert.notEqual(first.signature, second.signature);
      assert.notEqual(first.payload.id, second.payload.id);

      gateway.callLies.push(refuse, refuse);
      const error = await rejection(client.callTool('echo.any', {}));
      assert.ok(error instanceof TokenRefused);
      assert.equal(error.codeName, name);
      assert.deepEqual([gateway.attestations.length, gateway.calls.length], [3, 4]);
    });
  }
}

for (const dispatched of [true, null]) {
  test(`a refused token is not renewed if dispatched is ${dispatched}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    gateway.callLies.push((seen) => seen.refuse(401, 'INVALID_TOKEN', { dispatched }));
    const error = await rejection(client.callTool('echo.any', {}));
    assert.ok(error instanceof TokenRefused);
    assert.equal(error.dispatched, dispatched);
    assert.deepEqual([gateway.attestations.length, gateway.calls.length], [1, 1]);
  });
}

test('calls at once share a client and one renewal', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  const numbers = Array.from({ length: 8 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => client.callTool('echo.any', { n })));
  assert.deepEqual(
    results.map((result) => result.arguments.n),
    numbers,
  );
  assert.equal(gateway.attestations.length, 2);
});

test('tokens refused at once are replaced by one attestation', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  for (let i = 0; i < 4; i++) gateway.callLies.push((seen) => seen.refuse(401, 'INVALID_TOKEN'));
  await Promise.all([0, 1, 2, 3].map((n) => client.callTool('echo.any', { n })));
  assert.equal(gateway.attestations.length, 2);
});

test('connections are kept and shared', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  for (let n = 0; n < 5; n++) await client.callTool('echo.any', { n });
  assert.equal(new Set(gateway.seen.map(({ request }) => request.socket)).size, 1);
});

test('a call that is aborted leaves a client that works', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  const controller = new AbortController();
  gateway.callLies.push(() => controller.abort());
  const error = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  const early = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(early.name, 'AbortError');
  assert.equal(gateway.calls.length, 1);
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
});

for (const options of [
  new AbortController().signal,
  { sginal: AbortSignal.abort() },
  { signal: new AbortController() },
  { signal: null },
  null,
  'options',
]) {
  test(`a signal that would go unseen is refused: ${label(options)}`, async (t) => {
    const gateway = await gatewayFor(t);
    const client = clientFor(t, gateway.url);
    await client.attest();
    for (const call of [client.callTool('echo.any', {}, options), client.listTools(options)]) {
      const error = await rejection(call);
      assert.ok(error instanceof PayloadError);
      assert.deepEqual([error.codeName, error.dispatched], ['INVALID_ARGUMENT', false]);
    }
    assert.equal(gateway.calls.length, 0);
  });
}

test('a call that is aborted does not wait for the renewal that it began', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url);
  await client.attest();
  clockAhead(t, 3545_000);
  const controller = new AbortController();
  const held = new Promise((resolve) => {
    gateway.attestLies.push((seen) => {
      controller.abort();
      resolve(seen);
    });
  });
  const error = await rejection(client.callTool('echo.any', {}, { signal: controller.signal }));
  assert.equal(error, controller.signal.reason);
  (await held).honest(); // the renewal goes on
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
  assert.equal(gateway.attestations.length, 2);
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
