import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** An engine command whose worker is the one of the fixture. */
function engine(worker: 'dies' | 'stays', ...words: string[]) {
  const fixture = new URL(`fixtures/worker-${worker}.mjs`, import.meta.url).href;
  const home = mkdtempSync(join(tmpdir(), 'massif-engine-'));
  const child = spawn(process.execPath, [main, 'engine', 'matmul', '--m', '1', '--n', '1', '--k', '1', ...words], {
    env: { ...process.env, MASSIF_HOME: home, NODE_OPTIONS: `--import=${fixture}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, stderr }));
  return { child, ended, stderr: () => stderr };
}

const inTime = { timeout: 20_000 };

it('shows what the worker wrote on standard error, and with --json only in the problem of one that died', async () => {
  const text = await engine('dies').ended;
  expect(text.status).toBe(4);
  expect(text.stderr).toMatch(/^hello from the worker\nmassif: the worker exited with status 7/);
  const json = await engine('dies', '--json').ended;
  expect(json.status).toBe(4);
  expect(JSON.parse(json.stderr)).toMatchObject({
    code: 'internal',
    detail: 'the worker exited with status 7 without an answer\nhello from the worker',
  });
});

it('takes a Ctrl-C that npm repeats for one, so that the worker ends its ranks', { timeout: 60_000 }, async () => {
  const { child, ended, stderr } = engine('stays');
  await expect.poll(stderr, inTime).toContain('hello');
  child.kill('SIGINT');
  await expect.poll(stderr, inTime).toContain('asked to leave');
  child.kill('SIGINT');
  const { status } = await ended;
  expect(status).toBe(130);
  expect(stderr()).toContain('tidied up');
});
