import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from './harness/directory.ts';
import { oldMachine } from './harness/old-machine.ts';
import { processesOf } from './harness/product.ts';
import { until } from './harness/until.ts';

const { path: directory, remove } = temporaryDirectory('fresh');

const seconds = (sinceMs: number) => (performance.now() - sinceMs) / 1000;

describe('a fresh clone with empty caches and an old Node', () => {
  let machine: { cwd: string; env: NodeJS.ProcessEnv };
  beforeEach(({ skip }) => {
    skip(process.platform !== 'linux' || process.arch !== 'x64', 'the old Node that it uses is for linux-x64');
    if (machine) return;
    const { clone, environment } = oldMachine(directory);
    machine = { cwd: clone, env: environment };
  });
  afterAll(remove);
  const npm = (...words: string[]) => spawnSync('npm', words, { ...machine, encoding: 'utf8', maxBuffer: 2 ** 28 });

  test('trains the main job in less than six minutes, and changes no file of the clone', async ({ annotate }) => {
    const start = performance.now();
    const { status, stdout, stderr } = npm('start', '--', '--exit');
    const tookSeconds = seconds(start);
    expect(stdout.trimEnd().split('\n').at(-1), stderr).toMatch(/^massif: job job_\w+ succeeded, model at \S+$/);
    expect(status).toBe(0);
    expect(tookSeconds).toBeLessThan(360);
    expect(execFileSync('git', ['status', '--porcelain'], { cwd: machine.cwd, encoding: 'utf8' })).toBe('');
    await annotate(`npm start -- --exit took ${tookSeconds.toFixed(0)} s from nothing`);
  });

  test('is at the first step of training within ten seconds when it is started again, and stops at Ctrl-C', async ({ annotate }) => {
    const start = performance.now();
    const child = spawn('npm', ['start'], { ...machine, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until(() => /^.*\b\d+\/400\b/m.test(output), { timeoutMs: 60_000, everyMs: 10, what: 'a line of progress' });
    const firstStepSeconds = seconds(start);
    child.kill('SIGINT');
    await exited;
    expect(firstStepSeconds, output).toBeLessThan(10);
    await until(() => processesOf(join(machine.cwd, '.massif')).length === 0, { timeoutMs: 10_000, what: 'every process to be gone' });
    await annotate(`first step of a second start after ${firstStepSeconds.toFixed(1)} s`);
  });

  test('passes npm test', async ({ annotate }) => {
    const start = performance.now();
    const { status, stdout } = npm('test');
    const last = stdout.trimEnd().split('\n').at(-1);
    expect(last, stdout.slice(-5000)).toMatch(/^\d+ passed, 0 failed, \d+ skipped$/);
    expect(status).toBe(0);
    expect(seconds(start)).toBeLessThan(15 * 60);
    await annotate(`npm test took ${(seconds(start) / 60).toFixed(1)} min: ${last}`);
  });
});
