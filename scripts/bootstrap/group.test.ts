import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runGroup } from './group.mjs';
import { identify, signalGroup } from './processes.mjs';

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
  const pids: number[] = [];
  const running = runGroup('sh', ['-c', `"${process.execPath}" "${family}" 2 | tee /dev/stderr`], {
    ...here,
    abort: interrupt.signal,
    onStart: (pid) => {
      pids.push(pid);
      setTimeout(() => interrupt.abort(new Error('stop')), 700);
    },
  });
  await expect(running).rejects.toThrow('stop');
  expect(pids).toHaveLength(1);
  expect(pids.filter((pid) => signalGroup(pid, 0))).toEqual([]);
});

test('what a command leaves running is ended with it', async () => {
  const { code, text } = await runGroup(process.execPath, [family, '1', 'leave'], { ...here, abort: never });
  expect(code).toBe(5);
  expect(pidsIn(text)).toHaveLength(2);
  expect(alive(pidsIn(text))).toEqual([]);
});
