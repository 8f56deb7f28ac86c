import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AppError, toProblem as toKnownProblem, type ErrorCode } from '../../packages/contracts/src/index.ts';
import { checkout } from './paths.mjs';
import { Interrupted, SetupProblem, toProblem } from './problem.mjs';
import { identify } from './processes.mjs';
import { temporaryDirectory, until } from './temporary.ts';

/** The command in a checkout where nothing is installed, with this npm; without one, there is none on PATH. */
function massif(words: string[], npm?: string, environment: NodeJS.ProcessEnv = {}) {
  const root = temporaryDirectory();
  for (const path of ['bin', 'scripts/bootstrap', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    cpSync(join(checkout, path), join(root, path), { recursive: true });
  mkdirSync(join(root, 'path'));
  if (npm !== undefined) {
    writeFileSync(join(root, 'path/npm'), `#!/bin/sh\n${npm}\n`);
    chmodSync(join(root, 'path/npm'), 0o755);
  }
  const child = spawn(process.execPath, [join(root, 'bin/massif.mjs'), ...words], {
    env: { HOME: root, PATH: `${join(root, 'path')}:/usr/bin:/bin`, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, stdout, stderr }));
  return { child, root, ended };
}

test('packages that cannot be installed are one problem object with --json, and nothing else is said', async () => {
  const { status, stdout, stderr } = await massif(['jobs', '--json'], 'echo the registry is away; exit 1').ended;
  expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
  expect(JSON.parse(stderr)).toMatchObject({
    code: 'setup_failed',
    detail: expect.stringContaining('npm config get registry'),
    output: expect.stringContaining('the registry is away'),
  });
});

test('the same is text without it', async () => {
  const { status, stderr } = await massif(['jobs'], 'echo the registry is away; exit 1').ended;
  expect(status).toBe(4);
  expect(stderr).toMatch(/^massif: installing packages .*\nthe registry is away\nmassif: the packages could not be installed: .*\n$/);
});

test('a compiler that is missing is told before anything is installed', async () => {
  const { root, ended } = massif(['up', '--json'], 'touch "$HOME/asked"; exit 1', { CXX: 'my-compiler' });
  const { status, stderr } = await ended;
  expect({ status, problem: JSON.parse(stderr) as unknown }).toMatchObject({
    status: 2,
    problem: { code: 'setup_failed', detail: expect.stringContaining('`my-compiler` (from CXX) is not on PATH') },
  });
  expect(existsSync(join(root, 'asked'))).toBe(false);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s during set-up ends it, what it started, and with 130', async (signal) => {
  const { child, root, ended } = massif(['jobs', '--json'], 'echo $$ > "$HOME/installer"; exec sleep 60');
  const file = join(root, 'installer');
  const installer = Number(await until(() => existsSync(file) && readFileSync(file, 'utf8').trim(), 'the installer'));
  child.kill(signal);
  const { status, stderr } = await ended;
  expect(status).toBe(130);
  expect(JSON.parse(stderr)).toMatchObject({ code: 'interrupted' });
  expect(identify(installer).started).toBe('');
});

test.each<[unknown, ErrorCode]>([
  [new SetupProblem('no'), 'setup_failed'],
  [new Interrupted('SIGTERM'), 'interrupted'],
  [new TypeError('no'), 'internal'],
])('%s has the form of every problem', (error, code) => {
  expect(toProblem(error)).toEqual(toKnownProblem(new AppError(code, (error as Error).message)));
});
