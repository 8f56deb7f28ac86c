import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { untilAnswers } from './answers.ts';
import { childServer, type ChildServer } from './child.ts';
import type { ServerOptions } from './start.ts';

/** Starts a native server. Its settings go through its input: a password belongs neither into `ps` nor into a second file. */
export async function startNative(program: string, { directory, port, password, onSpawn }: ServerOptions): Promise<ChildServer> {
  const log = openSync(join(directory, 'server.log'), 'a', 0o600);
  const child = spawn(program, ['-'], { cwd: directory, stdio: ['pipe', log, log] });
  closeSync(log);
  const server = childServer(child, 'SIGTERM');
  onSpawn(server.pid);
  child.stdin!.on('error', () => {});
  child.stdin!.end(
    [
      'bind 127.0.0.1',
      `port ${port}`,
      'protected-mode yes',
      `requirepass ${password}`,
      `dir ${JSON.stringify(directory)}`,
      'appendonly yes',
      'save ""',
      'maxmemory-policy noeviction',
      'daemonize no',
      '',
    ].join('\n'),
  );
  await untilAnswers({ server, port, password, log: join(directory, 'server.log') });
  return server;
}
