// `callgate serve --demo` as a process of its own: the real gateway, with real tool servers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The address of a demonstration that runs until the test `t` is over. */
export async function demoGateway(t) {
  const python = join(process.env.CALLGATE_ROOT, '.venv', 'bin', 'python');
  const options = ['serve', '--demo', '--port', '0', '--admin-port', '0', '--json'];
  // What it leaves, for people to look at, goes with it.
  const folder = mkdtempSync(join(tmpdir(), 'callgate-test-'));
  const gateway = spawn(python, ['-m', 'callgate.cli', ...options], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    if (gateway.exitCode === null) {
      gateway.kill();
      await once(gateway, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const [ready] = await once(createInterface(gateway.stdout), 'line');
  return JSON.parse(ready).agents[0];
}
