import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, readRunRecords, stopProcess } from '@massif/processes';
import { afterEach, expect, it, onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('redis.ts', import.meta.url));
const homes: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const home of homes.splice(0)) {
    await Promise.all(readRunRecords(home).map((record) => stopProcess(record, { graceMs: 0 })));
    rmSync(home, { recursive: true, force: true });
  }
});

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'massif-services-'));
  homes.push(home);
  return home;
}

/** Starts the program as `massif up` does; resolves with the address it says. */
async function start(home: string, environment: Record<string, string> = {}): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(program, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: '/usr/bin:/bin', MASSIF_HOME: home, ...environment },
  });
  children.push(child);
  const [message] = (await once(child, 'message')) as [{ type: string; url: string }];
  expect(message.type).toBe('ready');
  return { child, url: message.url };
}

const serverOf = (home: string) => readRunRecords(home).find(({ role }) => role === 'redis');

/** What the server answers to a command sent with its password. */
async function ask(url: string, command: string): Promise<string> {
  const { port, password } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`AUTH ${password}\r\n${command}\r\nQUIT\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

it('runs a Redis while it is wanted, under the address it had before', async () => {
  const home = temporaryHome();
  const first = await start(home);
  expect(await ask(first.url, 'PING')).toContain('+PONG');
  expect(statSync(join(home, 'redis')).mode & 0o077).toBe(0);
  const server = serverOf(home)!;
  first.child.kill('SIGTERM');
  expect((await once(first.child, 'exit'))[0]).toBe(0);
  expect([isAlive(server), serverOf(home)]).toEqual([false, undefined]);

  const second = await start(home, { MASSIF_REDIS_PORT: new URL(first.url).port });
  expect(second.url).toBe(first.url);
  const again = serverOf(home)!;
  // Its lifeline is cut, as when `massif up` dies.
  second.child.disconnect();
  await once(second.child, 'exit');
  expect(isAlive(again)).toBe(false);
});

it('takes over from a keeper that was killed', async () => {
  const home = temporaryHome();
  const first = await start(home);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await start(home, { MASSIF_REDIS_PORT: new URL(first.url).port });
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'PING')).toContain('+PONG');
});

it('takes another port when somebody has taken the one it had', async () => {
  const home = temporaryHome();
  const stranger = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void stranger.close());
  await once(stranger, 'listening');
  const taken = String((stranger.address() as { port: number }).port);
  const { url } = await start(home, { MASSIF_REDIS_PORT: taken });
  expect(new URL(url).port).not.toBe(taken);
  expect(await ask(url, 'PING')).toContain('+PONG');
});
