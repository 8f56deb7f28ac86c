import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from './processes.mjs';
import { until } from './temporary.ts';

const program = fileURLToPath(new URL('fixtures/stand-for.mjs', import.meta.url));

function start(kind: string) {
  const child = spawn(process.execPath, [program, kind], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null }));
  return { child, exit, output: () => output };
}

test('the exit code of the child is that of the process that stands for it', async () => {
  expect(await start('exit').exit).toEqual({ code: 7, signal: null });
});

test('a child that a signal ended ends it with the same signal', async () => {
  expect(await start('die').exit).toEqual({ code: null, signal: 'SIGKILL' });
});

test('standard input and output pass byte for byte', async () => {
  const { child, exit, output } = start('cat');
  child.stdin.end('no newline added, ü intact');
  await exit;
  expect(output()).toBe('no newline added, ü intact');
});

test('a signal that arrives several times at once is passed on once', async () => {
  const { child, exit, output } = start('stay');
  await until(() => output().includes('ready'), 'the child');
  for (let i = 0; i < 3; i++) {
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  expect(await exit).toEqual({ code: 130, signal: null });
  expect(output().split('\n').slice(1)).toEqual(['SIGINT', '']);
});

test('the child ends like after SIGTERM when the process that stands for it is killed', async () => {
  const { child, output } = start('stay');
  const pid = Number(await until(() => /ready (\d+)/.exec(output())?.[1], 'the child'));
  child.kill('SIGKILL');
  await until(() => output().includes('SIGTERM'), 'SIGTERM');
  await until(() => identify(pid).started === '', 'the end of the child');
});
