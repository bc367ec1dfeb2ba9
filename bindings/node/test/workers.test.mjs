// Worker threads: each loads the addon for itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const run = (body) =>
  new Worker(
    `const callgate = require('callgate'); const { parentPort } = require('node:worker_threads');${body}`,
    {
      eval: true,
    },
  );

test('eight workers canonicalize and sign at once, and end', async () => {
  const workers = Array.from({ length: 8 }, (_, n) =>
    run(`
      const key = callgate.SecretKey.generate();
      let text = '';
      for (let i = 0; i < 2000; i++) {
        text = Buffer.from(callgate.canonicalize(JSON.stringify({ b: i, a: ${n} }))).toString();
        if (!key.publicKey.verify(key.sign(text), text)) throw new Error('does not verify');
      }
      parentPort.postMessage(text);`),
  );
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
  answers.forEach(([text], n) => assert.equal(text, `{"a":${n},"b":1999}`));
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker that is terminated while it works takes nothing along', async () => {
  const work = [
    'keys.push(callgate.SecretKey.generate()); if (keys.length > 100) keys.length = 0;',
    "try { callgate.canonicalize('{'); } catch {}",
    "policy.evaluate('c', 'x.y', '{}').details; policy.evaluate('c', 'a.b', '{}').charges;",
    'for (const issuerKeys of [[key], { a: key }]) new callgate.Gate(policy, { issuerKeys });',
    "policy.contains({ parent: 'c', child: 'c' }); try { policy.couldAllow('d', []); } catch {}",
    "callgate.PolicySet.load('/none', { limits: { maxJsonDepth: 8 } }).catch(() => {});",
  ];
  for (let i = 0; i < 20; i++) {
    const worker = run(`
      const policy = callgate.PolicySet.parse(
        '{"name":"c","capabilities":[{"tool_pattern":"a.*"},{"tool_pattern":"x.*","path_allowlist":[]}]}');
      const keys = [];
      const key = callgate.SecretKey.generate().publicKey;
      parentPort.postMessage('started');
      for (;;) { ${work[i % work.length]} }`);
    await once(worker, 'message');
    await worker.terminate();
  }
  const { canonicalize } = await import('callgate');
  assert.equal(Buffer.from(canonicalize('[ 1 ]')).toString(), '[1]');
});

for (const [what, element, use] of [
  ['charges', '0', "gate.plan('{}').finish({ outcome: 'committed', taken: list })"],
  ['keys', 'key', 'new callgate.Gate(policy, { issuerKeys: list })'],
]) {
  test(`a worker that is terminated while its ${what} are read takes nothing along`, async () => {
    for (let i = 0; i < 12; i++) {
      const worker = run(`
        const key = callgate.SecretKey.generate().publicKey;
        const policy = callgate.PolicySet.parse('{"name":"c","capabilities":[{"tool_pattern":"a.*"}]}');
        const gate = new callgate.Gate(policy, { issuerKeys: [key] });
        const list = Array(200_000).fill(${element});
        // The package looks at each before native code does, which then has most of its way to go.
        const get = () => (parentPort.postMessage('looked at'), ${element});
        Object.defineProperty(list, list.length - 1, { get });
        ${use};`);
      await once(worker, 'message');
      await worker.terminate();
    }
  });
}

test('a native function that is given no object of the package throws, and ends nothing', () => {
  const index = fileURLToPath(import.meta.resolve('callgate'));
  const addon = createRequire(index)('node-gyp-build')(dirname(dirname(index)));
  for (const nothing of [undefined, null, {}, 'key']) {
    assert.throws(() => addon.policyDigest(nothing), TypeError);
    assert.throws(() => addon.issuerKeysFromList([nothing]), TypeError);
  }
});

test('an error of a worker is of the class of that worker', async () => {
  const worker = run(`
    try { callgate.canonicalize('{'); } catch (error) {
      parentPort.postMessage([error instanceof callgate.JsonError, error.codeName]);
    }`);
  assert.deepEqual((await once(worker, 'message'))[0], [true, 'INVALID_JSON']);
});

test('gates in four workers decide at once, each by its own ledger', async () => {
  const workers = Array.from({ length: 4 }, () =>
    run(`
      const issuer = callgate.SecretKey.generate();
      const key = callgate.SecretKey.generate();
      const policy = callgate.PolicySet.parse('{"name":"c","capabilities":[{"tool_pattern":"a.*"}]}');
      const gate = new callgate.Gate(policy, { issuerKeys: [issuer.publicKey] });
      const token = callgate.issueToken({ sub: 'a', scp: 'c', jti: 's' }, issuer);
      gate.openSession(token, key.publicKey);
      const answers = [0, 0, 0];
      for (let id = 0; id < 200; id++) {
        const params = { name: id % 2 ? 'a.b' : 'b.c', arguments: {} };
        const call = { jsonrpc: '2.0', id, method: 'tools/call', params };
        const wire = callgate.createEnvelope(call, token, key);
        answers[gate.authorize(wire).allowed ? 0 : 1]++;
        if (gate.authorize(wire).codeName === 'REPLAY_DETECTED') answers[2]++;
      }
      parentPort.postMessage(answers);`),
  );
  const answers = await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const [counts] of answers) assert.deepEqual(counts, [100, 100, 200]);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('a worker that is terminated while a policy loads takes nothing along', async () => {
  for (let i = 0; i < 10; i++) {
    const worker = run(`
      parentPort.postMessage('started');
      for (let i = 0; i < 20; i++) callgate.PolicySet.load(${JSON.stringify(import.meta.dirname)})
        .catch(() => {});`);
    await once(worker, 'message');
    await worker.terminate();
  }
});
