import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from './lock.mjs';
import { identify } from './processes.mjs';
import { temporaryDirectory, until } from './temporary.ts';

const never = new AbortController().signal;
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

async function startHolder(file: string, ...extra: string[]) {
  const holder = spawn(process.execPath, [fixture('hold-lock.mjs'), file, ...extra], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return { holder, child: Number(line.toString()) };
}

test('several processes hold the lock one at a time', async () => {
  const directory = temporaryDirectory();
  const counter = join(directory, 'count');
  writeFileSync(counter, '0');
  const processes = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [fixture('lock-and-append.mjs'), join(directory, 'lock'), counter, '5']),
  );
  await Promise.all(processes.map((child) => once(child, 'exit')));
  expect(readFileSync(counter, 'utf8')).toBe('20');
  expect(existsSync(`${counter}.violated`)).toBe(false);
});

test('the lock of a killed process is free', async () => {
  const file = join(temporaryDirectory(), 'lock');
  const { holder } = await startHolder(file);
  let waitedFor = 0;
  const waiting = acquireLock(file, { abort: never, onWait: (pid) => (waitedFor = pid) });
  await until(() => waitedFor, 'waiting');
  expect(waitedFor).toBe(holder.pid);
  holder.kill('SIGKILL');
  (await waiting).release();
  expect(existsSync(file)).toBe(false);
});

test('a killed process leaves the lock to the child that it shared it with', async () => {
  const file = join(temporaryDirectory(), 'lock');
  const { holder, child } = await startHolder(file, 'share');
  onTestFinished(() => {
    if (identify(child).started) process.kill(child, 'SIGKILL');
  });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  let waited = false;
  const waiting = acquireLock(file, { abort: never, onWait: () => (waited = true) });
  await until(() => waited, 'waiting for the child');
  process.kill(child, 'SIGKILL');
  (await waiting).release();
});

test('a process that has the pid of a dead holder does not hold its lock', async () => {
  const file = join(temporaryDirectory(), 'lock');
  writeFileSync(file, JSON.stringify([{ pid: process.pid, started: '1' }]));
  (await acquireLock(file, { abort: never })).release();
  expect(existsSync(file)).toBe(false);
});

test.each([
  ['below a file', (directory: string) => join(directory, 'file', 'cache', 'lock')],
  ['where the system lets nobody make directories', () => '/proc/massif/node/lock'],
])('a place %s is refused with a sentence', async (_, file) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'file'), '');
  await expect(acquireLock(file(directory), { abort: never })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/cannot be written to \(E\w+[ )].*XDG_CACHE_HOME/) as string,
  });
});

test('waiting ends when it is interrupted', async () => {
  const file = join(temporaryDirectory(), 'lock');
  const lock = await acquireLock(file, { abort: never });
  const interrupt = new AbortController();
  const waiting = acquireLock(file, { abort: interrupt.signal, onWait: () => interrupt.abort(new Error('stop')) });
  await expect(waiting).rejects.toThrow('stop');
  lock.release();
});
