import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAlive, processIdentity, readRunRecords, stopProcess, writeRunRecord, type RunRecord } from '@massif/processes';
import { openStore } from '@massif/store';
import { afterEach, expect, it } from 'vitest';

const program = fileURLToPath(new URL('postgres.ts', import.meta.url));
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

/** Starts the program as `massif up` does. */
async function start(
  home: string,
  environment: Record<string, string> = {},
): Promise<{ child: ChildProcess; message: Record<string, string> }> {
  const child = fork(program, {
    stdio: ['ignore', 'inherit', 'ignore', 'ipc'],
    env: { PATH: '/usr/bin:/bin', MASSIF_HOME: home, ...environment },
  });
  children.push(child);
  const [message] = (await once(child, 'message')) as [Record<string, string>];
  return { child, message };
}

const postmasterOf = (home: string): RunRecord | undefined => readRunRecords(home).find(({ role }) => role === 'postgres');
const answers = async (databaseUrl: string) => {
  const store = openStore({ databaseUrl });
  try {
    await store.ping();
  } finally {
    await store.close();
  }
};

it('runs PostgreSQL while it is wanted, with its data and address kept', async () => {
  const home = temporaryHome();
  const first = await start(home);
  expect(first.message['type']).toBe('ready');
  const url = first.message['url']!;
  await answers(url);
  const postmaster = postmasterOf(home)!;
  expect(isAlive(postmaster)).toBe(true);
  for (const file of ['password', 'port', 'data']) expect(statSync(join(home, 'postgres', file)).mode & 0o077).toBe(0);
  expect(url).toContain(readFileSync(join(home, 'postgres', 'password'), 'utf8'));
  first.child.kill('SIGTERM');
  const [status] = (await once(first.child, 'exit')) as [number];
  expect([status, isAlive(postmaster), postmasterOf(home)]).toEqual([0, false, undefined]);

  const second = await start(home);
  expect(second.message).toEqual(first.message);
  // Its lifeline is cut, as when `massif up` dies.
  second.child.disconnect();
  const left = postmasterOf(home)!;
  await once(second.child, 'exit');
  expect(isAlive(left)).toBe(false);
});

it('takes over from a keeper that was killed', async () => {
  const home = temporaryHome();
  const first = await start(home);
  const left = postmasterOf(home)!;
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  expect(isAlive(left)).toBe(true);
  const second = await start(home, { MASSIF_POSTGRES_PORT: new URL(first.message['url']!).port });
  expect(second.message).toEqual(first.message);
  expect(isAlive(left)).toBe(false);
  await answers(second.message['url']!);
});

it('ends when its server does, and starts again where it was', async () => {
  const home = temporaryHome();
  const first = await start(home);
  const said = once(first.child, 'message');
  const exited = once(first.child, 'exit');
  process.kill(postmasterOf(home)!.pid, 'SIGKILL');
  expect((await said)[0]).toEqual({ type: 'failed', message: 'The server was killed by SIGKILL' });
  expect((await exited)[0]).toBe(1);
  expect((await start(home)).message).toEqual(first.message);
});

it('says why it cannot start', async () => {
  const home = temporaryHome();
  expect((await start(home, { MASSIF_POSTGRES_PORT: 'many' })).message).toMatchObject({
    type: 'failed',
    message: expect.stringContaining('MASSIF_POSTGRES_PORT') as string,
  });
  // Another keeper of the same installation lives.
  const other = spawn('sleep', ['60']);
  children.push(other);
  writeRunRecord(home, { ...processIdentity(other.pid!)!, role: 'postgres-keeper' });
  expect((await start(home)).message).toMatchObject({ type: 'failed', message: expect.stringContaining('already') as string });
});
