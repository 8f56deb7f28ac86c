import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const fixture = new URL('../engine/fixtures/worker-trains.mjs', import.meta.url).href;

/** A local run of 500 steps whose worker is the one of the fixture. */
function train(name: 'ends' | 'stays', ...words: string[]) {
  const home = mkdtempSync(join(tmpdir(), 'massif-train-'));
  const file = join(home, 'job.yaml');
  writeFileSync(
    file,
    `{ kind: train, name: ${name}, model: { preset: gpt2 }, data: { text: [a.txt] }, training: { steps: 500, globalBatch: 1, sequence: 64, optimizer: { learningRate: 1 } } }`,
  );
  const child = spawn(process.execPath, [main, 'train', '-f', file, '--local', '--out', join(home, 'model'), ...words], {
    env: { ...process.env, MASSIF_HOME: home, NODE_OPTIONS: `--import=${fixture}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk: Buffer) => (said[stream] += chunk.toString()));
  const ended = once(child, 'close').then(([status]) => status as number);
  return { child, ended, said, model: join(home, 'model') };
}

const inTime = { timeout: 20_000 };

it('shows the progress of a local run now and then, and in the end what came of it', async () => {
  const { ended, said, model } = train('ends');
  expect(await ended).toBe(0);
  const lines = said.stderr.trim().split('\n');
  expect(lines).toContain('a note');
  expect(lines.find((line) => line.startsWith('step'))).toMatch(/^step +\d+\/500 {2}loss 5\.0000/);
  expect(lines.at(-1)).toBe('succeeded at step 500/500  loss 5.0000  held-out 4.5000');
  // A line every few seconds: the steps take much less.
  expect(lines.length).toBeLessThan(20);
  expect(said.stdout).toMatch(new RegExp(`^model at ${model} after \\d+\\.\\d s\nsample: "call me"\n$`));
});

it('prints each step of a local run with --json, from 0 on', async () => {
  const { ended, said, model } = train('ends', '--json');
  expect(await ended).toBe(0);
  expect(said.stderr).toBe('');
  const lines = said.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.flatMap(({ step, loss }) => (loss === undefined ? [] : [step]))).toEqual(Array.from({ length: 500 }, (_, step) => step));
  expect(lines.slice(500)).toMatchObject([{ step: 500, evaluation: 4.5 }, { model }]);
});

it('says what is lost when a local run is interrupted', { timeout: 60_000 }, async () => {
  const { child, ended, said } = train('stays', '--json');
  await expect.poll(() => said.stdout, inTime).toContain('evaluation');
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(JSON.parse(said.stderr)).toMatchObject({
    code: 'interrupted',
    detail: 'interrupted after step 500 of 1000; --local keeps no checkpoints, nothing was written',
  });
});
