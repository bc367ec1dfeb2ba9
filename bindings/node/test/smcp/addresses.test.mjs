// Where a client connects, and under which guarantees.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  CertificateRefused,
  ConfigurationError,
  ConnectionLost,
  Ed25519Key,
  GatewayTimeout,
  GatewayUnreachable,
  SEALClient,
  SMCPClient,
} from 'callgate/smcp';
import { Authority, serverSettings } from './authority.mjs';
import { clientFor, gatewayFor, label, rejection } from './setup.mjs';

const folder = mkdtempSync(join(tmpdir(), 'callgate-'));
after(() => rmSync(folder, { recursive: true }));
const authority = new Authority(folder, 'authority');

for (const [url, base] of [
  ['https://gateway.example', 'https://gateway.example'],
  ['https://gateway.example:8443///', 'https://gateway.example:8443'],
  ['https://gateway.example/prefix/', 'https://gateway.example/prefix'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://127.8.9.10', 'http://127.8.9.10'],
  ['http://localhost:1', 'http://localhost:1'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
  ['unix:/run/gateway.sock', 'unix:/run/gateway.sock'],
  ['unix:///run/gateway.sock', 'unix:///run/gateway.sock'],
]) {
  test(`this address is taken: ${url}`, (t) => {
    assert.equal(clientFor(t, url).gatewayUrl, base);
  });
}

for (const url of [
  'http://gateway.example', // A64: a token is not sent in the clear
  'http://10.0.0.1',
  'http://localhost.example',
  'http://127.0.0.1.example',
  'http://127.1',
  'http://0x7f.0.0.1',
  'http://127.0.0.01',
  'http://0.0.0.0',
  'http://[::]',
  'http://[::ffff:10.0.0.1]',
  'https://[1:2]',
  'ftp://127.0.0.1',
  'gateway.example',
  '//127.0.0.1',
  '',
  'https://',
  'https://user:secret@gateway.example',
  'http://127.0.0.1\\@gateway.example',
  'http://127.0.0.1\n.example',
  ' http://127.0.0.1',
  'http://127.0.0.1\n',
  'https://gateway.example?x=1',
  'https://gateway.example#x',
  'https://gateway.example:70000',
  'https://gateway.example:0',
  'https://gätéway.example',
  'https://gateway.example/%2e%2e',
  'unix:',
  'unix:gateway.sock',
  'unix://gateway.sock',
  'unix:/run/x\0y',
  `unix:/${'x'.repeat(107)}`,
  new URL('https://gateway.example'),
  undefined,
]) {
  test(`this address is refused at construction: ${label(url)}`, () => {
    for (const Client of [SMCPClient, SEALClient]) {
      assert.throws(
        () => new Client(url, 'exec-1', 'project'),
        (error) =>
          error instanceof ConfigurationError &&
          error.codeName === 'INVALID_ARGUMENT' &&
          !error.message.includes('secret'),
      );
    }
  });
}

for (const options of [
  { callTimeout: 0 },
  { attestTimeout: Infinity },
  { callTimeout: NaN },
  { callTimeout: 1e7 }, // a timer of Node would fire at once
  { connectTimeout: true },
  { callTimeout: '30' },
  { retries: -1 },
  { retries: 11 },
  { retries: 1.5 },
  { maxResponseBytes: 0 },
  { maxResponseBytes: '1' },
  { generation: 'D' },
  { generation: 'toString' },
  { key: 'text' },
  { enrolmentSecret: '' },
  { enrolmentSecret: '\ud800' },
  { attestationToken: '' },
  { attestationToken: 7 },
  { strictInterop: 1 },
  { caFile: '/nonexistent' },
  { clientCertificate: '/nonexistent' },
  { timeout: 5 },
  null,
  'options',
]) {
  test(`this option is refused at construction: ${label(options)}`, () => {
    const make = () => new SMCPClient('https://gateway.example', 'exec-1', 'project', options);
    assert.throws(make, ConfigurationError);
  });
}

for (const [workload, scope] of [
  ['', 'project'],
  ['exec-1', ''],
  [7, 'project'],
  ['exec-1', undefined],
  ['\udc00', 'project'],
]) {
  test(`nobody attests as ${label(workload)} for ${label(scope)}`, () => {
    assert.throws(() => new SMCPClient('http://127.0.0.1:1', workload, scope), ConfigurationError);
  });
}

test('a unix socket is called', async (t) => {
  const socket = join(folder, 'gateway.sock');
  const gateway = await gatewayFor(t, { socket });
  for (const url of [`unix:${socket}`, `unix://${socket}`]) {
    const client = clientFor(t, url);
    await client.attest();
    assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
    assert.equal(gateway.seen[0].headers.host, 'localhost');
  }
});

test('a prefix stands before every path', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, `${gateway.url}/some/prefix/`);
  await rejection(client.attest());
  assert.equal(gateway.seen[0].path, '/some/prefix/v1/smcp/attest');
});

test('a certificate of the given authority is taken', async (t) => {
  const gateway = await gatewayFor(t, {
    tls: serverSettings(authority.issue('server', '127.0.0.1')),
  });
  for (const caFile of [authority.file, pathToFileURL(authority.file)]) {
    const client = clientFor(t, gateway.url, { caFile });
    await client.attest();
    for (const n of [1, 2]) {
      assert.deepEqual((await client.callTool('echo.any', { n })).arguments, { n });
    }
  }
  assert.equal(new Set(gateway.seen.map(({ request }) => request.socket)).size, 2);
});

const stranger = new Authority(folder, 'stranger');
for (const [what, files, caFile] of [
  ['of an unknown authority', stranger.issue('server2', '127.0.0.1'), authority.file],
  ['for another address', authority.issue('elsewhere', '127.0.0.2'), authority.file],
  ['for a name alone', authority.issue('127.0.0.1'), authority.file],
  ['of none of Node’s authorities', authority.issue('server3', '127.0.0.1'), undefined],
]) {
  test(`a certificate ${what} is refused at once`, async (t) => {
    const gateway = await gatewayFor(t, { tls: serverSettings(files) });
    let connections = 0;
    gateway.server.on('connection', () => connections++);
    const client = clientFor(t, gateway.url, { caFile });
    // What would make Node take any certificate.
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
    const error = await rejection(client.attest());
    assert.ok(error instanceof CertificateRefused && error instanceof GatewayUnreachable);
    assert.equal(error.dispatched, false);
    assert.deepEqual([connections, gateway.seen.length], [1, 0]);
  });
}

test('a certificate that was refused once is refused again', async (t) => {
  const tls = serverSettings(authority.issue('again', '127.0.0.2'), { maxVersion: 'TLSv1.2' });
  const gateway = await gatewayFor(t, { tls });
  const client = clientFor(t, gateway.url, { caFile: authority.file });
  for (let i = 0; i < 3; i++) {
    assert.ok((await rejection(client.attest())) instanceof CertificateRefused);
  }
  assert.equal(gateway.seen.length, 0);
});

test('a client certificate is presented', async (t) => {
  const tls = serverSettings(authority.issue('server4', '127.0.0.1'), {
    ca: readFileSync(authority.file),
    requestCert: true,
  });
  const gateway = await gatewayFor(t, { tls });
  const mine = authority.issue('agent');
  const both = join(folder, 'both.pem');
  writeFileSync(both, mine.map((file) => readFileSync(file)).join(''));
  for (const clientCertificate of [mine, both]) {
    const client = clientFor(t, gateway.url, { caFile: authority.file, clientCertificate });
    await client.attest();
    const { subject } = gateway.seen.at(-1).request.socket.getPeerCertificate();
    assert.equal(subject.CN, 'agent');
  }
  const without = clientFor(t, gateway.url, { caFile: authority.file, retries: 0 });
  const error = await rejection(without.attest());
  assert.ok(error instanceof ConnectionLost || error instanceof GatewayUnreachable);
  assert.equal(gateway.seen.length, 2);
});

test('TLS is 1.3 off loopback', async (t) => {
  // A client cannot be made to connect elsewhere without a network; what it would ask for can be seen.
  const { tlsOptions } = await import(
    new URL('tls-options.js', import.meta.resolve('callgate/smcp'))
  );
  const { parseAddress } = await import(
    new URL('address.js', import.meta.resolve('callgate/smcp'))
  );
  for (const [url, version] of [
    ['https://gateway.example', 'TLSv1.3'],
    ['https://10.0.0.1', 'TLSv1.3'],
    ['https://127.0.0.1', 'TLSv1.2'],
  ]) {
    const options = tlsOptions(parseAddress(url), undefined, undefined);
    assert.deepEqual(options, { minVersion: version, rejectUnauthorized: true });
  }
});

test('an older TLS than is asked for is no connection', async (t) => {
  const tls = serverSettings(authority.issue('old', '127.0.0.1'), {
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const gateway = await gatewayFor(t, { tls });
  const client = clientFor(t, gateway.url, { caFile: authority.file, retries: 0 });
  const error = await rejection(client.attest());
  assert.equal(error.constructor, GatewayUnreachable);
});

for (const [what, options] of Object.entries({
  'authorities without TLS': ['http://127.0.0.1:1', { caFile: authority.file }],
  'a client certificate on a unix socket': ['unix:/run/x', { clientCertificate: authority.file }],
  'a file without certificates': ['https://127.0.0.1', { caFile: authority.key }],
  'a certificate without its key': ['https://127.0.0.1', { clientCertificate: authority.file }],
  'a key of another': ['https://127.0.0.1', { clientCertificate: [authority.file, stranger.key] }],
})) {
  test(`a mistake at construction: ${what}`, () => {
    const [url, given] = options;
    assert.throws(() => new SMCPClient(url, 'exec-1', 'project', given), ConfigurationError);
  });
}

test('proxies of the environment are not used', async (t) => {
  const gateway = await gatewayFor(t);
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY']) {
    process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : 'http://127.0.0.1:9';
    t.after(() => delete process.env[name]);
  }
  const client = clientFor(t, gateway.url);
  await client.attest();
  assert.deepEqual((await client.callTool('echo.any', { n: 1 })).arguments, { n: 1 });
});

/** A server that accepts connections and says nothing. */
async function silentServer(t) {
  const server = createServer((socket) => t.after(() => socket.destroy()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return server.address().port;
}

test('a TLS handshake that never ends is no connection', async (t) => {
  const url = `https://127.0.0.1:${await silentServer(t)}`;
  const client = clientFor(t, url, { connectTimeout: 0.2, retries: 0 });
  const error = await rejection(client.attest());
  assert.equal(error.constructor, GatewayUnreachable);
  assert.equal(error.dispatched, false);
});

test('a server that says nothing has received the request', async (t) => {
  const url = `http://127.0.0.1:${await silentServer(t)}`;
  const client = clientFor(t, url, { attestTimeout: 0.2 });
  const error = await rejection(client.attest());
  assert.ok(error instanceof GatewayTimeout);
  assert.equal(error.dispatched, null);
});

test('more calls than connections wait for their turn', async (t) => {
  const gateway = await gatewayFor(t);
  const client = clientFor(t, gateway.url, { key: await Ed25519Key.generate() });
  await client.attest();
  const numbers = Array.from({ length: 150 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => client.callTool('echo.any', { n })));
  assert.deepEqual(
    results.map((result) => result.arguments.n),
    numbers,
  );
  assert.ok(gateway.connections <= 100);
});
