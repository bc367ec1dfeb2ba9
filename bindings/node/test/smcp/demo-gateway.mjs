// `callgate serve --demo` as a process of its own: the real gateway, with real tool servers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The address of a demonstration that runs until the test `t` is over. */
export async function demoGateway(t) {
  const python = join(process.env.CALLGATE_ROOT, '.venv', 'bin', 'python');
  const options = ['serve', '--demo', '--port', '0', '--admin-port', '0', '--json'];
  const gateway = spawn(python, ['-m', 'callgate.cli', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(async () => {
    if (gateway.exitCode !== null) return;
    gateway.kill();
    await once(gateway, 'exit');
  });
  const [ready] = await once(createInterface(gateway.stdout), 'line');
  return JSON.parse(ready).agents[0];
}
