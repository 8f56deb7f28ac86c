import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { childServer, type ChildServer } from './child.ts';
import type { ServerOptions } from './start.ts';

const program = fileURLToPath(new URL('valkey-process.ts', import.meta.url));

/** Starts Valkey in WebAssembly, in a process of its own: its event loop is not ours. It ends when this process does. */
export async function startWasm({ directory, port, password, onSpawn }: ServerOptions): Promise<ChildServer> {
  const log = openSync(join(directory, 'server.log'), 'a', 0o600);
  const child = fork(program, { cwd: directory, execArgv: [], stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  // It does not listen to SIGTERM, so that a signal to the whole group does not take it away from those who still use it.
  const server = childServer(child, 'SIGKILL');
  onSpawn(server.pid);
  child.send({ port, password });
  const how = await Promise.race([once(child, 'message').then(() => undefined), server.exited]);
  if (how !== undefined) throw new Error(`Valkey ${how}; see ${join(directory, 'server.log')}`);
  return server;
}
