// Worker threads: each loads the addon for itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
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
  for (let i = 0; i < 10; i++) {
    const worker = run(`
      parentPort.postMessage('started');
      const keys = [];
      for (;;) { keys.push(callgate.SecretKey.generate()); if (keys.length > 100) keys.length = 0; }`);
    await once(worker, 'message');
    await worker.terminate();
  }
  const { canonicalize } = await import('callgate');
  assert.equal(Buffer.from(canonicalize('[ 1 ]')).toString(), '[1]');
});

test('an error of a worker is of the class of that worker', async () => {
  const worker = run(`
    try { callgate.canonicalize('{'); } catch (error) {
      parentPort.postMessage([error instanceof callgate.JsonError, error.codeName]);
    }`);
  assert.deepEqual((await once(worker, 'message'))[0], [true, 'INVALID_JSON']);
});
