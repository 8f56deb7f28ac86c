import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from './harness/directory.ts';
import { oldMachine } from './harness/old-machine.ts';
import { processesOf } from './harness/product.ts';

const { path: directory, remove } = temporaryDirectory('package-full');
const tarball = join(directory, 'clone/massif-0.1.0.tgz');

describe('a machine with an old Node and empty caches', () => {
  let machine: ReturnType<typeof oldMachine> | undefined;
  beforeEach(({ skip }) => {
    skip(process.platform !== 'linux' || process.arch !== 'x64', 'the old Node that it uses is for linux-x64');
    machine ??= oldMachine(directory);
  });
  afterAll(remove);

  /** Runs a program that must succeed in a directory, which is made. */
  function run(cwd: string, program: string, ...words: string[]): string {
    mkdirSync(cwd, { recursive: true });
    const options = { cwd, env: machine!.environment, encoding: 'utf8', maxBuffer: 2 ** 28 } as const;
    const { status, stdout, stderr } = spawnSync(program, words, options);
    expect(status, `${program} ${words.join(' ')}: ${stderr}`).toBe(0);
    return stdout;
  }

  /** The main job in an installed package, from its first start on; the last line of its output. */
  function trainMainJob(app: string): string {
    const output = run(app, 'sh', '-c', 'npx massif example moby-dick > job.yaml; npx massif up --main-job job.yaml --exit');
    expect(processesOf(directory)).toEqual([]);
    return output.trimEnd().split('\n').at(-1)!;
  }
  const success = /^massif: job job_\w+ succeeded, model at \S+$/;

  test('packs a fresh clone by nothing but `npm pack`', async ({ annotate }) => {
    const start = performance.now();
    run(machine!.clone, 'npm', 'pack');
    expect(existsSync(tarball)).toBe(true);
    expect(run(machine!.clone, 'git', 'status', '--porcelain')).toBe('');
    await annotate(`npm pack took ${((performance.now() - start) / 1000).toFixed(0)} s from nothing`);
  });

  test('trains the main job from the package', async ({ annotate }) => {
    const start = performance.now();
    run(join(directory, 'app'), 'npm', 'install', tarball);
    await annotate(`npm install took ${((performance.now() - start) / 1000).toFixed(0)} s with an empty cache`);
    expect(trainMainJob(join(directory, 'app'))).toMatch(success);
  });

  test('trains it where npm ran no install scripts', () => {
    const app = join(directory, 'without-scripts');
    run(app, 'npm', 'install', '--ignore-scripts', tarball);
    expect(trainMainJob(app)).toMatch(success);
    expect(readdirSync(join(directory, 'home/.local/state/massif/jobs'))).toHaveLength(2);
  });
});
