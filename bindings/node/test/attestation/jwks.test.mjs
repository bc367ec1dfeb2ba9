// Keys of issuers: fetched within bounds, kept for a while, never for too long.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CallgateError } from 'callgate';
import {
  getMetrics,
  JWKSFetcher,
  JWKSKeyResolver,
  KeysUnavailable,
  registerEventHandler,
  resetMetrics,
  RetryError,
  unregisterEventHandler,
} from 'callgate/attestation';
import { publicJwkOf } from './jwks-keys.mjs';
import { clock, json, serveKeys } from './jwks-server.mjs';
import { issuerKey, KID, keyPair } from './setup.mjs';

const second = keyPair(3, 'issuer-2');

/** A fetcher that does not repeat, unless it is told to. */
function fetcher(t, given = {}) {
  const made = new JWKSFetcher({ maxRetries: 0, baseDelayMs: 1, ...given });
  t.after(() => made.close());
  return made;
}

async function reason(promise) {
  const error = await promise.then(
    () => assert.fail('keys were taken'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof KeysUnavailable, String(error));
  assert.equal(error.codeName, 'UPSTREAM_FAILED');
  return error;
}

test('keys are fetched from the issuer’s well-known path, and kept', async (t) => {
  const server = await serveKeys(t, issuerKey, second);
  const keys = fetcher(t);
  assert.ok((await keys.getKey(server.issuer, KID)).equals(issuerKey.publicKey));
  assert.ok((await keys.getKey(server.issuer, 'issuer-2')).equals(second.publicKey));
  assert.deepEqual(await keys.getJWKS(server.issuer), { keys: server.keys });
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/.well-known/jwks.json'],
  );
});

test('the keys of an issuer with a path are below the path', async (t) => {
  const server = await serveKeys(t, issuerKey);
  await fetcher(t).getKey(`${server.issuer}/tenant/`, KID);
  assert.equal(server.requests[0].url, '/tenant/.well-known/jwks.json');
});

test('many that ask at once cause one fetch', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const keys = fetcher(t);
  const all = await Promise.all(Array.from({ length: 50 }, () => keys.getKey(server.issuer, KID)));
  assert.ok(all.every((key) => key.equals(issuerKey.publicKey)));
  assert.equal(server.requests.length, 1);
});

for (const [what, lie, expected] of [
  [
    'a redirect',
    (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    /redirects/,
  ],
  [
    'a redirect to itself',
    (response) => response.writeHead(308, { location: '/' }).end(),
    /redirects/,
  ],
  ['a page', (response) => json(response, '<h1>no</h1>', { 'content-type': 'text/html' }), /JSON/],
  ['no type', (response) => response.writeHead(200).end('{"keys":[]}'), /JSON/],
  ['not found', (response) => response.writeHead(404).end(), /404/],
  ['no JSON', (response) => json(response, '{'), /no JWK Set/],
  ['an array', (response) => json(response, '[]'), /no JWK Set/],
  ['keys that are no list', (response) => json(response, '{"keys":{}}'), /no JWK Set/],
  ['duplicate members', (response) => json(response, '{"keys":[],"keys":[]}'), /no JWK Set/],
  ['65 keys', (response) => json(response, { keys: Array(65).fill({ kty: 'RSA' }) }), /no JWK Set/],
  ['no body', (response) => response.writeHead(204).end(), /204/],
  [
    'half a body',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 99 });
      response.write('{"keys":');
      response.destroy();
    },
    /connection failed/,
  ],
  ['257 KiB', (response) => json(response, `{"keys":[]}${' '.repeat(257 * 1024)}`), /262144 bytes/],
]) {
  test(`${what} instead of keys is refused`, async (t) => {
    const server = await serveKeys(t, issuerKey);
    server.lies.push(lie);
    const error = await reason(fetcher(t).getKey(server.issuer, KID));
    assert.match(error.message, expected);
    assert.equal(server.requests.length, 1);
  });
}

test('a body without an end is read no further than its bound', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => response.destroyed || response.write(' '.repeat(65_536), more);
    more();
  });
  assert.match((await reason(fetcher(t).getKey(server.issuer, KID))).message, /262144 bytes/);
});

test('the deadline covers a body that trickles', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  });
  const keys = fetcher(t, { requestTimeoutMs: 100 });
  assert.match(
    (await reason(keys.getKey(server.issuer, KID))).message,
    /no complete answer in time/,
  );
});

test('a silent server is waited for until the deadline only', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push(...Array(9).fill(() => undefined));
  const keys = fetcher(t, { requestTimeoutMs: 40, deadlineMs: 60, maxRetries: 9 });
  const error = await reason(keys.getKey(server.issuer, KID));
  assert.ok(error instanceof RetryError && error.attempts < 9);
});

for (const issuer of [
  'http://issuer.example',
  'http://127.0.0.1.example.com',
  'ftp://127.0.0.1',
  'https://user:secret@issuer.example',
  'https://issuer.example?tenant=1',
  'https://issuer.example#a',
  'issuer',
  '',
]) {
  test(`nothing is fetched for the issuer ${JSON.stringify(issuer)}`, async (t) => {
    await assert.rejects(fetcher(t).getKey(issuer, KID), (error) => {
      assert.ok(error instanceof CallgateError && error.codeName === 'INVALID_ARGUMENT');
      assert.ok(!error.message.includes('secret'));
      return true;
    });
  });
}

test('unusable entries are passed over, and doubtful ones refused', async (t) => {
  const good = publicJwkOf(issuerKey);
  const server = await serveKeys(t);
  server.keys = [
    { kty: 'RSA', kid: KID, n: 'AQAB', e: 'AQAB' },
    good,
    { ...publicJwkOf(second), use: 'enc' },
    { ...publicJwkOf(keyPair(4, 'twice')) },
    { ...publicJwkOf(keyPair(5, 'twice')) },
    { ...publicJwkOf(keyPair(6, 'private')), d: keyPair(6).privateKey.toJwk().d },
    { ...good, kid: 'short', x: 'AAAA' },
    { ...good, kid: 'weak', x: Buffer.alloc(32).toString('base64url') },
    { ...good, kid: undefined },
    'text',
  ];
  const keys = fetcher(t);
  assert.ok((await keys.getKey(server.issuer, KID)).equals(issuerKey.publicKey));
  for (const kid of ['issuer-2', 'twice', 'private', 'short', 'weak']) {
    assert.equal(await keys.getKey(server.issuer, kid), null, kid);
  }
  assert.deepEqual(await keys.getJWKS(server.issuer), { keys: [good] });
});

for (const [status, expected] of [
  [500, 4],
  [503, 4],
  [429, 4],
  [400, 1],
  [404, 1],
]) {
  test(`status ${status} is asked about ${expected} times`, async (t) => {
    const server = await serveKeys(t, issuerKey);
    server.lies.push(...Array(9).fill((response) => response.writeHead(status).end()));
    const error = await reason(fetcher(t, { maxRetries: 3 }).getKey(server.issuer, KID));
    assert.equal(server.requests.length, expected);
    assert.equal(error instanceof RetryError, expected > 1);
    assert.match(error.message, new RegExp(String(status)));
  });
}

test('a failure that passes is repeated until keys come', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push(
    (response) => response.destroy(),
    (response) => response.writeHead(502).end(),
  );
  const key = await fetcher(t, { maxRetries: 3 }).getKey(server.issuer, KID);
  assert.ok(key.equals(issuerKey.publicKey));
  assert.equal(server.requests.length, 3);
});

test('after a failure the server is left alone for a while', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push((response) => response.writeHead(404).end());
  const time = clock();
  const keys = fetcher(t, { clock: time, negativeTtlMs: 5000 });
  await reason(keys.getKey(server.issuer, KID));
  time.advance(4999);
  await reason(keys.getKey(server.issuer, KID));
  assert.equal(server.requests.length, 1);
  time.advance(1);
  assert.ok(await keys.getKey(server.issuer, KID));
});

test('unknown keys cause one fetch in a cool-down', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const time = clock();
  const keys = fetcher(t, { clock: time, unknownKeyCooldownMs: 30_000 });
  await keys.getKey(server.issuer, KID);
  const flood = () =>
    Promise.all(Array.from({ length: 100 }, (_, n) => keys.getKey(server.issuer, `kid-${n}`)));
  assert.ok((await flood()).every((key) => key === null));
  await flood();
  time.advance(29_999);
  await flood();
  assert.equal(server.requests.length, 2);
  server.keys.push(publicJwkOf(second));
  time.advance(1);
  assert.ok((await keys.getKey(server.issuer, 'issuer-2')).equals(second.publicKey));
  assert.equal(server.requests.length, 3);
});

test('an unknown key at first causes one fetch, not two', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const keys = fetcher(t);
  assert.equal(await keys.getKey(server.issuer, 'unknown'), null);
  assert.equal(server.requests.length, 1);
});

test('keys that are not fresh count while others are fetched', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const time = clock();
  const keys = fetcher(t, { clock: time, cacheTtlMs: 1000, maxAgeMs: 10_000 });
  await keys.getKey(server.issuer, KID);
  time.advance(1000);
  server.keys = [publicJwkOf(second)];
  let answer;
  server.lies.push((response) => {
    answer = () => json(response, { keys: server.keys });
  });
  const version = keys.keysVersion();
  assert.ok(await keys.getKey(server.issuer, KID));
  while (answer === undefined) await turn();
  assert.ok(await keys.getKey(server.issuer, KID));
  answer();
  while (keys.keysVersion() === version) await turn();
  assert.ok((await keys.getKey(server.issuer, 'issuer-2')).equals(second.publicKey));
  assert.equal(await keys.getKey(server.issuer, KID), null);
});

test('no key counts longer than the maximum age', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const time = clock();
  const keys = fetcher(t, { clock: time, cacheTtlMs: 1000, maxAgeMs: 10_000, negativeTtlMs: 1 });
  await keys.getKey(server.issuer, KID);
  server.lies.push(...Array(99).fill((response) => response.writeHead(500).end()));
  time.advance(9999);
  assert.ok(await keys.getKey(server.issuer, KID));
  const version = keys.keysVersion();
  time.advance(1);
  assert.notEqual(keys.keysVersion(), version);
  await reason(keys.getKey(server.issuer, KID));
});

test('an issuer that is invalidated is asked again', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const resolver = new JWKSKeyResolver(fetcher(t));
  await resolver.getKey(server.issuer, KID);
  server.keys = [publicJwkOf(second)];
  assert.ok(await resolver.getKey(server.issuer, KID));
  const version = resolver.keysVersion();
  resolver.invalidate(server.issuer);
  assert.notEqual(resolver.keysVersion(), version);
  assert.equal(await resolver.getKey(server.issuer, KID), null);
  resolver.clearCache();
  assert.ok(await resolver.getKey(server.issuer, 'issuer-2'));
  assert.equal(server.requests.length, 3);
});

test('a fetch from before an invalidation does not count', async (t) => {
  const server = await serveKeys(t, issuerKey);
  let answer;
  server.lies.push((response) => {
    answer = () => json(response, { keys: [publicJwkOf(issuerKey)] });
  });
  const keys = fetcher(t);
  const early = keys.getKey(server.issuer, KID);
  while (answer === undefined) await turn();
  keys.invalidate(server.issuer);
  server.keys = [publicJwkOf(second)];
  answer();
  await early;
  assert.equal(await keys.getKey(server.issuer, KID), null);
});

test('keys come from a file, and from a pinned set', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'callgate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'jwks.json');
  const write = (...pairs) => writeFileSync(file, JSON.stringify({ keys: pairs.map(publicJwkOf) }));
  write(issuerKey);
  const time = clock();
  const keys = fetcher(t, {
    clock: time,
    sources: {
      'https://file.example': { file },
      'https://pinned.example': { jwks: { keys: [publicJwkOf(issuerKey)] } },
      'https://missing.example': { file: join(folder, 'missing.json') },
      'not a URL': { jwks: JSON.stringify({ keys: [publicJwkOf(second)] }) },
    },
  });
  for (const issuer of ['https://file.example', 'https://pinned.example']) {
    assert.ok(await keys.getKey(issuer, KID), issuer);
    assert.equal(await keys.getKey(issuer, 'issuer-2'), null, issuer);
  }
  assert.ok(await keys.getKey('not a URL', 'issuer-2'));
  write(second);
  keys.invalidate('https://file.example');
  assert.ok(await keys.getKey('https://file.example', 'issuer-2'));
  assert.equal(await keys.getKey('https://file.example', KID), null);
  assert.match((await reason(keys.getKey('https://missing.example', KID))).message, /file/);
  writeFileSync(file, ' '.repeat(300_000));
  keys.invalidate('https://file.example');
  assert.match((await reason(keys.getKey('https://file.example', KID))).message, /262144/);
  time.advance(100 * 3_600_000);
  assert.ok(await keys.getKey('https://pinned.example', KID));
});

test('a configured URL is fetched instead of the well-known one', async (t) => {
  const server = await serveKeys(t, issuerKey);
  const sources = {
    'https://a.example': `${server.issuer}/keys?tenant=1`,
    'https://b.example': { url: `${server.issuer}/other` },
  };
  const keys = fetcher(t, { sources });
  for (const issuer of Object.keys(sources)) assert.ok(await keys.getKey(issuer, KID));
  assert.deepEqual(
    server.requests.map(({ url }) => url),
    ['/keys?tenant=1', '/other'],
  );
});

test('after failures in a row the breaker opens and tests again', async (t) => {
  const told = [];
  const handler = { onCircuitBreakerStateChange: (...change) => told.push(change) };
  registerEventHandler(handler);
  t.after(() => unregisterEventHandler(handler));
  resetMetrics();
  const server = await serveKeys(t, issuerKey);
  const { issuer } = server;
  server.lies.push(...Array(6).fill((response) => response.writeHead(500).end()));
  const time = clock();
  const keys = fetcher(t, {
    clock: time,
    negativeTtlMs: 1,
    circuitBreaker: { failureThreshold: 5, recoveryTimeoutMs: 30_000 },
  });
  const ask = async () => {
    time.advance(1);
    return keys.getKey(issuer, KID);
  };
  for (let i = 0; i < 5; i++) await reason(ask());
  assert.equal(keys.circuitState(issuer), 'open');
  assert.match((await reason(ask())).message, /too often/);
  assert.equal(server.requests.length, 5);
  time.advance(30_000);
  assert.equal(keys.circuitState(issuer), 'half_open');
  await reason(ask());
  assert.equal(keys.circuitState(issuer), 'open');
  time.advance(30_000);
  assert.ok(await ask());
  assert.equal(keys.circuitState(issuer), 'closed');
  assert.deepEqual(
    told.map(([, before, after]) => `${before} ${after}`),
    ['closed open', 'open half_open', 'half_open open', 'open half_open', 'half_open closed'],
  );
  assert.ok(told.every(([name]) => name === issuer));
  const { jwksFetchTotal, jwksFetchErrorsTotal, circuitBreakerOpensTotal } = getMetrics();
  assert.deepEqual([jwksFetchTotal, jwksFetchErrorsTotal, circuitBreakerOpensTotal], [7, 6, 2]);
});

test('a fetcher that was closed fetches nothing', async (t) => {
  const server = await serveKeys(t, issuerKey);
  server.lies.push(() => undefined);
  const keys = fetcher(t, { maxRetries: 3 });
  const waiting = reason(keys.getKey(server.issuer, KID));
  while (server.requests.length === 0) await turn();
  keys[Symbol.dispose]();
  await waiting;
  await reason(keys.getKey(server.issuer, KID));
  assert.equal(server.requests.length, 1);
});

for (const config of [
  { cacheTtlMs: 0 },
  { maxAgeMs: 1000 },
  { maxRetries: -1 },
  { circuitBreaker: { failureThreshold: 0 } },
  { sources: { a: 'http://issuer.example' } },
  { sources: { a: {} } },
  { sources: { a: { url: 'https://a.example', file: 'a' } } },
]) {
  test(`a fetcher is not made of ${JSON.stringify(config)}`, async () => {
    await assert.rejects(async () => new JWKSFetcher(config).getKey('https://127.0.0.1:1', KID), {
      codeName: 'INVALID_ARGUMENT',
    });
  });
}

test('other mistakes of configuration are TypeErrors', () => {
  for (const config of [{ ttl: 1 }, { sources: [] }, { sources: { a: 7 } }, { jitter: 'yes' }]) {
    assert.throws(() => new JWKSFetcher(config), TypeError, JSON.stringify(config));
  }
});
