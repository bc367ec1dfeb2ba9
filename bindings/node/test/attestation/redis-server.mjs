// A redis-server of a test's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** `url`, a `client` for the test, and `kill`, `stop`, `start` with the same port. */
export async function redisServer(t, ...args) {
  const folder = mkdtempSync(join(tmpdir(), 'callgate-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const server = { url, process: undefined };
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  server.start = async () => {
    const child = spawn('redis-server', [...options, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    server.process = child;
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += chunk;
      if (printed.includes('Ready to accept connections')) break;
    }
  };
  server.kill = async () => {
    const exited = once(server.process, 'exit');
    server.process.kill('SIGKILL');
    await exited;
  };
  await server.start();
  const at = args.indexOf('--requirepass');
  server.client = await createClient({ url, ...(at < 0 ? {} : { password: args[at + 1] }) })
    .on('error', () => undefined)
    .connect();
  t.after(async () => {
    server.client.destroy();
    if (server.process.exitCode === null && server.process.signalCode === null) await server.kill();
    rmSync(folder, { recursive: true });
  });
  return server;
}
