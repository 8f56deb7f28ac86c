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

/** The program in a shell that does not become it, as npx runs it. */
function startInShell(variables: Record<string, string>) {
  const script = `
    import { endWithNpx } from ${JSON.stringify(new URL('launch.mjs', import.meta.url).href)};
    endWithNpx();
    process.on('SIGTERM', () => { console.log('SIGTERM'); process.exit(130); });
    setInterval(() => console.log('alive'), 100);
    console.log('ready ' + process.pid);`;
  const shell = spawn('/bin/sh', ['-c', `"${process.execPath}" --input-type=module -e "$SCRIPT"; true`], {
    env: { ...process.env, ...variables, SCRIPT: script },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { shell, output: () => output };
}

test('when npx is killed, what it ran ends like after SIGTERM', async () => {
  const { shell, output } = startInShell({ npm_lifecycle_event: 'npx' });
  const pid = Number(await until(() => /ready (\d+)/.exec(output())?.[1], 'the program'));
  shell.kill('SIGTERM');
  await until(() => output().includes('SIGTERM'), 'SIGTERM');
  await until(() => identify(pid).started === '', 'the end of the program');
});

test('without npx a program outlives the shell that started it', async () => {
  const { shell, output } = startInShell({ npm_lifecycle_event: '' });
  const pid = Number(await until(() => /ready (\d+)/.exec(output())?.[1], 'the program'));
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  shell.kill('SIGTERM');
  await once(shell, 'exit');
  const lines = output().split('\n').length;
  await until(() => output().split('\n').length > lines + 5, 'life after it');
  expect(output()).not.toContain('SIGTERM');
});
