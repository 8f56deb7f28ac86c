import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openLog } from './log.ts';

function temporaryLog(): string {
  const directory = mkdtempSync(join(tmpdir(), 'massif-log-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'api.log');
}

it('is rotated while its program writes, which goes on writing to it', async () => {
  const file = temporaryLog();
  const bytesMax = 100_000;
  const log = openLog(file, { bytesMax, lookEveryMs: 10 });
  const program = `let n = 0; setInterval(() => console.log('line ' + n++ + ' ' + 'x'.repeat(1000)), 1)`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', log.descriptor, log.descriptor] });
  const gone = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await gone;
    log.close();
  });
  closeSync(log.descriptor);
  const last = () => Number(/line (\d+) x+\n$/.exec(readFileSync(file, 'utf8'))?.[1] ?? -1);
  await expect.poll(last, { timeout: 20_000, interval: 20 }).toBeGreaterThan((30 * bytesMax) / 1000);
  // What came while nobody looked is put aside at the next look.
  const largest = () => Math.max(...[file, `${file}.1`].map((part) => statSync(part).size));
  await expect.poll(largest).toBeLessThan(20 * bytesMax);
  expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600);
  expect(log.describe()).toContain('line ');
});

it('that is large already is put aside when its program starts, and a small one is gone on with', () => {
  const file = temporaryLog();
  writeFileSync(file, 'before\n');
  const first = openLog(file);
  expect(first.describe()).toContain('says nothing');
  writeFileSync(file, 'after\n', { flag: 'a' });
  expect(first.describe()).toMatch(/:\n {2}after$/);
  expect(existsSync(`${file}.1`)).toBe(false);
  const second = openLog(file, { bytesMax: 5 });
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('before\nafter\n');
  expect(statSync(file).size).toBe(0);
  for (const log of [first, second]) {
    closeSync(log.descriptor);
    log.close();
  }
});
