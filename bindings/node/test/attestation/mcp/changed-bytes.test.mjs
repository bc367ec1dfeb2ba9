// Whatever byte of an attested message is changed: the server gets what was proven, or nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalize } from 'callgate';
import { attestFetch } from 'callgate/attestation';
import { gateFor } from './connect.mjs';
import { EXTENSION } from './issuer.mjs';
import { credentials, signed, toolCall } from './raw.mjs';

const seed = Number(process.env.CALLGATE_SEED ?? Date.now() % 2 ** 31);

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a proof is for: the method, and `params` but for the carrier. */
function proven({ method, params }) {
  const { [EXTENSION]: _carrier, ...meta } = params._meta;
  return `${method} ${Buffer.from(canonicalize(JSON.stringify({ ...params, _meta: meta })))}`;
}

const CHANGES = {
  'another byte': (bytes, at, byte) => (bytes[at] = byte),
  'a bit': (bytes, at, byte) => (bytes[at] ^= 1 << (byte % 8)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`${what} in a message changes nothing that is proven, seed ${seed}`, async () => {
    const { gate } = await gateFor();
    const forwarded = [];
    const handle = attestFetch(async (request) => {
      forwarded.push(await request.json());
      return new Response(null, { status: 202 });
    }, gate);
    const next = random(seed);
    const mine = await credentials();
    const headers = { 'content-type': 'application/json' };
    const send = (body) => handle(new Request('http://x/', { method: 'POST', headers, body }));
    let refused = 0;
    for (let i = 0; i < 400; i++) {
      const message = await signed(
        toolCall(i, 'who', { n: i, path: '/a/b', list: [1, 'é'] }),
        mine,
      );
      const bytes = Buffer.from(JSON.stringify(message));
      // Half of the changes in what is proven, which comes first.
      const end = i % 2 === 0 ? bytes.indexOf(EXTENSION) : bytes.length;
      change(bytes, Math.floor(next() * end), Math.floor(next() * 256));
      const { status } = await send(bytes);
      for (const passed of forwarded.splice(0)) assert.equal(proven(passed), proven(message));
      if (status !== 202) refused++;
    }
    assert.ok(refused > 200, `${refused} of 400 were refused`);
    await send(JSON.stringify(await signed(toolCall('last', 'who', { n: 1 }), mine)));
    assert.equal(forwarded.length, 1);
  });
}
