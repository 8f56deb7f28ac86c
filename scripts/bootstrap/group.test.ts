import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runGroup } from './group.mjs';
import { identify, signalGroup } from './processes.mjs';
import { temporaryDirectory, until } from './temporary.ts';

const family = fileURLToPath(new URL('fixtures/family.mjs', import.meta.url));
const here = { cwd: '/', env: process.env, output: 'capture', graceMs: 300 } as const;
const never = new AbortController().signal;

const pidsIn = (text: string) => text.trim().split('\n').map(Number);
const alive = (pids: number[]) => pids.filter((pid) => identify(pid).started !== '');

test('output of both streams and the exit code are returned', async () => {
  const result = await runGroup('sh', ['-c', 'echo out; echo err >&2; exit 3'], { ...here, abort: never });
  expect(result.code).toBe(3);
  expect(result.text.split('\n').toSorted()).toEqual(['', 'err', 'out']);
});

test('a command that does not exist rejects', async () => {
  await expect(runGroup('/no/such/program', [], { ...here, abort: never })).rejects.toThrow('ENOENT');
});

test('an interruption ends the command and its descendants, even those that ignore SIGTERM', async () => {
  const interrupt = new AbortController();
  const leaders: number[] = [];
  const said = join(temporaryDirectory(), 'pids');
  const running = runGroup('sh', ['-c', `"${process.execPath}" "${family}" 2 | tee "${said}"`], {
    ...here,
    abort: interrupt.signal,
    onStart: (pid) => leaders.push(pid),
  });
  const pids = () => (existsSync(said) ? pidsIn(readFileSync(said, 'utf8')) : []);
  await until(() => pids().length === 3, 'the whole family').finally(() => interrupt.abort(new Error('stop')));
  await expect(running).rejects.toThrow('stop');
  expect(leaders).toHaveLength(1);
  expect(leaders.filter((pid) => signalGroup(pid, 0))).toEqual([]);
  expect(alive(pids())).toEqual([]);
});

test('what a command leaves running is ended with it', async () => {
  const { code, text } = await runGroup(process.execPath, [family, '1', 'leave'], { ...here, abort: never });
  expect(code).toBe(5);
  expect(pidsIn(text)).toHaveLength(2);
  expect(alive(pidsIn(text))).toEqual([]);
});
