// The shared replay cache, against a real redis-server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { CallgateError } from 'callgate';
import { RedisReplayCache } from 'callgate/attestation';
import { createClient } from 'redis';
import { redisServer } from './redis-server.mjs';
import { NOW, refused, said, token, VERIFIED, verifier } from './setup.mjs';

const now = NOW;
const PREFIX = 'mcp_attestation:jti:';
const hex = (n) => n.toString(16).padStart(64, '0');
const claim = (n, seconds = 300) => ({
  key: hex(n),
  bucket: hex(0),
  expiresAt: NOW + seconds * 1000,
});

function cacheOf(t, server, given = {}) {
  const cache = new RedisReplayCache({ url: server.url, emptyIsLost: false, ...given });
  t.after(() => cache.close());
  return cache;
}

/** Waits until what is asked for comes true, for as long as the test may take. */
async function until(holds) {
  while (!(await holds())) await wait(10);
}

test('what one verifier takes no other takes', async (t) => {
  const server = await redisServer(t);
  const [one, two] = [1, 2].map(() => verifier({ replayCache: cacheOf(t, server) }));
  const once = await token();
  assert.deepEqual(said(await one.verify(once, { now })), VERIFIED);
  assert.deepEqual(said(await two.verify(once, { now })), refused('replay'));
  assert.deepEqual(said(await two.verify(await token(), { now })), VERIFIED);
});

test('of two verifiers that race for each token one wins', async (t) => {
  const server = await redisServer(t);
  const both = [1, 2].map(() => verifier({ replayCache: cacheOf(t, server) }));
  const tokens = await Promise.all(Array.from({ length: 50 }, () => token()));
  const outcomes = await Promise.all(
    tokens.map((each) => Promise.all(both.map((one) => one.verify(each, { now })))),
  );
  for (const pair of outcomes) {
    assert.deepEqual(pair.map(({ reason }) => reason).sort(), ['replay', null].sort());
  }
});

test('a claim is kept a minute longer than it lives', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server);
  assert.equal(await cache.insert(claim(1, 100), NOW), 'inserted');
  const left = await server.client.pTTL(PREFIX + hex(1));
  assert.ok(left > 155_000 && left <= 161_000, `${left}`);
  assert.equal(await cache.insert(claim(1, 100), NOW), 'seen');
  assert.equal(await cache.insert(claim(2, 361), NOW), 'unavailable');
  assert.equal(await cache.insert(claim(3, 0), NOW), 'unavailable');
});

test('no token, issuer or jti is in what the server is told', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server);
  const result = await verifier({ replayCache: cache }).verify(await token(), { now });
  const keys = await server.client.keys('*');
  assert.equal(keys.length, 2);
  for (const key of keys) assert.match(key, /^mcp_attestation:jti:([0-9a-f]{64}|generation)$/);
  assert.ok(!keys.join().includes(result.tokenId));
});

test('a server that was killed is not relied on when it is back', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server);
  const attested = verifier({ replayCache: cache });
  const early = await token();
  assert.deepEqual(said(await attested.verify(early, { now })), VERIFIED);
  assert.equal(cache.getHealthStatus().state, 'healthy');
  await server.kill();
  assert.deepEqual(said(await attested.verify(await token(), { now })), refused('unavailable'));
  assert.deepEqual(said(await attested.verify(early, { now })), refused('unavailable'));
  assert.equal(cache.getHealthStatus().state, 'unhealthy');
  await server.start();
  await until(() => cache.isConnected);
  assert.deepEqual(said(await attested.verify(early, { now })), refused('unavailable'));
  assert.deepEqual(said(await attested.verify(await token(), { now })), refused('unavailable'));
  assert.match(cache.getHealthStatus().reason, /does not remember all claims/);
  const other = verifier({ replayCache: cacheOf(t, server) });
  assert.deepEqual(said(await other.verify(early, { now })), refused('unavailable'));
  await until(async () => (await server.client.exists(`${PREFIX}incomplete`)) === 1);
  const left = await server.client.pTTL(`${PREFIX}incomplete`);
  assert.ok(left > 415_000 && left <= 421_000, `${left}`);
  await server.client.del(`${PREFIX}incomplete`);
  assert.deepEqual(said(await attested.verify(await token(), { now })), VERIFIED);
});

test('after a flush all refuse until every claim has expired', async (t) => {
  const server = await redisServer(t);
  const [one, two] = [1, 2].map(() => verifier({ replayCache: cacheOf(t, server) }));
  const used = await token();
  assert.deepEqual(said(await one.verify(used, { now })), VERIFIED);
  assert.deepEqual(said(await two.verify(await token(), { now })), VERIFIED);
  await server.client.flushAll();
  const retried = await token();
  assert.deepEqual(said(await one.verify(used, { now })), refused('unavailable'));
  assert.deepEqual(said(await one.verify(retried, { now })), refused('unavailable'));
  assert.deepEqual(said(await two.verify(await token(), { now })), refused('unavailable'));
  await server.client.del(`${PREFIX}incomplete`);
  assert.deepEqual(said(await one.verify(retried, { now })), VERIFIED);
});

test('an empty server is not relied on unless it is said to be new', async (t) => {
  const server = await redisServer(t);
  const careful = cacheOf(t, server, { emptyIsLost: true });
  assert.equal(await careful.insert(claim(1), NOW), 'unavailable');
  assert.equal(await cacheOf(t, server).insert(claim(1), NOW), 'unavailable');
  await assert.rejects(careful.connect(), /does not remember all claims/);
  await server.client.del(`${PREFIX}incomplete`);
  await careful.connect();
  assert.equal(await careful.insert(claim(2), NOW), 'inserted');
});

for (const policy of ['allkeys-lru', 'volatile-ttl']) {
  test(`a server that may evict is refused: ${policy}`, async (t) => {
    const server = await redisServer(t, '--maxmemory-policy', policy);
    const cache = cacheOf(t, server);
    assert.equal(await cache.insert(claim(1), NOW), 'unavailable');
    assert.match(cache.getHealthStatus().reason, /noeviction/);
    await server.client.configSet('maxmemory-policy', 'noeviction');
    assert.equal(await cache.insert(claim(1), NOW), 'inserted');
  });
}

test('a server without room is full', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server);
  await cache.connect();
  await server.client.configSet('maxmemory', '1');
  assert.equal(await cache.insert(claim(1), NOW), 'full');
  const result = await verifier({ replayCache: cache }).verify(await token(), { now });
  assert.deepEqual(said(result), refused('unavailable'));
  await server.client.configSet('maxmemory', '0');
  assert.equal(await cache.insert(claim(1), NOW), 'inserted');
});

test('a server that hangs is waited for no longer than the bound', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server, { commandTimeoutMs: 100 });
  await cache.connect();
  server.process.kill('SIGSTOP');
  t.after(() => server.process.kill('SIGCONT'));
  assert.equal(await cache.insert(claim(1), NOW), 'unavailable');
  assert.match(cache.getHealthStatus().reason, /no reply in time/);
  server.process.kill('SIGCONT');
  await until(async () => (await cache.insert(claim(2), NOW)) !== 'unavailable');
});

test('a replica is refused', async (t) => {
  const primary = await redisServer(t);
  const port = new URL(primary.url).port;
  const replica = await redisServer(t, '--replicaof', `127.0.0.1 ${port}`);
  const cache = cacheOf(t, replica);
  assert.equal(await cache.insert(claim(1), NOW), 'unavailable');
  assert.match(cache.getHealthStatus().reason, /primary/);
});

/** A client of the same server that tells another time. */
function withTime(client, seconds) {
  return {
    get isReady() {
      return client.isReady;
    },
    get isOpen() {
      return client.isOpen;
    },
    on: (event, listener) => client.on(event, listener),
    connect: () => client.connect(),
    destroy: () => client.destroy(),
    async sendCommand(args) {
      const reply = await client.sendCommand(args);
      if (args[0] !== 'TIME') return reply;
      return [String(Number(reply[0]) + seconds.ahead), reply[1]];
    },
  };
}

test('a clock that leaps ahead is noticed, a small step is not', async (t) => {
  const server = await redisServer(t);
  const seconds = { ahead: 0 };
  const client = withTime(server.client, seconds);
  const cache = new RedisReplayCache({ client, emptyIsLost: false });
  assert.equal(await cache.insert(claim(1), NOW), 'inserted');
  seconds.ahead = 50;
  assert.equal(await cache.insert(claim(2), NOW), 'inserted', 'within the margin');
  seconds.ahead = 300;
  assert.equal(await cache.insert(claim(4), NOW), 'unavailable');
  assert.match(cache.getHealthStatus().reason, /went ahead/);
  assert.equal(await server.client.exists(`${PREFIX}incomplete`), 1);
  assert.equal(await cache.insert(claim(5), NOW), 'unavailable');
});

test('degraded, short claims are remembered by this process alone', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server, { degraded: { longestLifetime: 30 } });
  assert.equal(await cache.insert(claim(1), NOW), 'inserted');
  await server.kill();
  assert.equal(await cache.insert(claim(1, 20), NOW), 'seen', 'it was used before');
  assert.equal(await cache.insert(claim(2, 31), NOW), 'unavailable');
  assert.equal(await cache.insert(claim(3, 30), NOW), 'inserted');
  assert.equal(cache.getHealthStatus().state, 'degraded');
  assert.equal(await cache.insert(claim(3, 30), NOW), 'seen');
  await server.start();
  await until(() => cache.isConnected);
  assert.equal(await cache.insert(claim(4, 30), NOW), 'unavailable', 'the server lost its memory');
  await server.client.del(`${PREFIX}incomplete`);
  assert.equal(await cache.insert(claim(3, 30), NOW), 'seen', 'it was used while apart');
  assert.equal(await cache.insert(claim(5, 30), NOW), 'inserted');
  assert.equal(cache.getHealthStatus().state, 'healthy');
});

test('a server that was never there makes tokens unavailable', async (t) => {
  const server = await redisServer(t);
  await server.kill();
  const cache = cacheOf(t, server);
  const all = await Promise.all([1, 2, 3].map((n) => cache.insert(claim(n), NOW)));
  assert.deepEqual(new Set(all), new Set(['unavailable']));
  assert.equal(await cache.insert(claim(4), NOW), 'unavailable');
});

test('the cache is used by itself, counted and cleared', async (t) => {
  const server = await redisServer(t);
  const cache = cacheOf(t, server);
  const exp = Math.ceil(Date.now() / 1000) + 300;
  assert.equal(await cache.checkAndAdd('a', exp), true);
  assert.equal(await cache.checkAndAdd('a', exp), false);
  assert.equal(await cache.checkAndAdd('b', exp), true);
  await server.client.set('other', '1');
  assert.equal(await cache.count(), 2);
  await cache.clear();
  assert.equal(await cache.count(), 0);
  assert.equal(await server.client.get('other'), '1');
  assert.equal(await cache.checkAndAdd('a', exp), true);
  await server.kill();
  await assert.rejects(cache.checkAndAdd('c', exp), { codeName: 'LEDGER_UNAVAILABLE' });
});

test('prefixes keep caches apart', async (t) => {
  const server = await redisServer(t);
  const [one, two] = ['one:', 'two:'].map((keyPrefix) => cacheOf(t, server, { keyPrefix }));
  assert.equal(await one.insert(claim(1), NOW), 'inserted');
  assert.equal(await two.insert(claim(1), NOW), 'inserted');
  assert.equal(await one.insert(claim(1), NOW), 'seen');
});

test('a client of the program stays open', async (t) => {
  const server = await redisServer(t);
  const client = await createClient({ url: server.url })
    .on('error', () => undefined)
    .connect();
  t.after(() => client.destroy());
  const cache = new RedisReplayCache({ client, emptyIsLost: false });
  assert.equal(await cache.insert(claim(1), NOW), 'inserted');
  await cache.close();
  assert.equal(client.isOpen, true);
  assert.equal(await cache.insert(claim(2), NOW), 'unavailable');
  const own = cacheOf(t, server);
  await own.connect();
  assert.equal(own.isConnected, true);
  await own[Symbol.asyncDispose]();
  assert.equal(own.isConnected, false);
});

for (const [config, error] of [
  [{}, CallgateError],
  [{ url: 'redis://a', client: {} }, CallgateError],
  [{ client: {} }, TypeError],
  [{ url: 7 }, TypeError],
  [{ url: 'http://a' }, CallgateError],
  [{ url: 'a:6379' }, CallgateError],
  [{ url: 'redis://a', keyPrefix: 'a*' }, CallgateError],
  [{ url: 'redis://a', longestLifetime: 0 }, CallgateError],
  [{ url: 'redis://a', longestLifetime: 1.5 }, CallgateError],
  [{ url: 'redis://a', commandTimeoutMs: 0 }, CallgateError],
  [{ url: 'redis://a', degraded: {} }, TypeError],
  [{ url: 'redis://a', emptyIsLost: 0 }, TypeError],
  [{ url: 'redis://a', fallback: true }, TypeError],
]) {
  test(`a cache is not made of ${JSON.stringify(config)}`, () => {
    assert.throws(() => new RedisReplayCache(config), error);
  });
}

test('a password in the URL is in no error and no print', async (t) => {
  const server = await redisServer(t, '--requirepass', 'secret-1');
  const { host } = new URL(server.url);
  const wrong = new RedisReplayCache({ url: `redis://:secret-2@${host}` });
  t.after(() => wrong.close());
  const error = await wrong.connect().then(
    () => assert.fail('connected'),
    (thrown) => thrown,
  );
  const printed = inspect([error, wrong, wrong.getHealthStatus()], { depth: 9, showHidden: true });
  assert.ok(!printed.includes('secret'), printed);
  assert.throws(
    () => new RedisReplayCache({ url: 'redis//:secret-2@a' }),
    (thrown) => {
      assert.ok(!inspect(thrown).includes('secret'));
      return true;
    },
  );
});

test('a cache that forgets before tokens expire is refused', async (t) => {
  const server = await redisServer(t);
  const replayCache = cacheOf(t, server, { longestLifetime: 300 });
  assert.throws(() => verifier({ replayCache }), /360 s are needed/);
});
