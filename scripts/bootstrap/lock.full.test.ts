import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { acquireLock } from './lock.mjs';
import { temporaryDirectory } from './temporary.ts';

const program = fileURLToPath(new URL('fixtures/lock-and-append.mjs', import.meta.url));
const rounds = 40;
const processesPerRound = 6;

test('whichever process is killed whenever, never do two hold the lock, and it never stays taken', async ({ annotate }) => {
  const directory = temporaryDirectory();
  const [lock, counter] = [join(directory, 'lock'), join(directory, 'count')];
  let killed = 0;
  for (let round = 0; round < rounds; round++) {
    writeFileSync(counter, '0');
    const processes = Array.from({ length: processesPerRound }, () => spawn(process.execPath, [program, lock, counter, '20']));
    const exits = processes.map((child) => once(child, 'exit'));
    for (const child of processes.slice(1)) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      if (child.kill('SIGKILL')) killed += 1;
    }
    await Promise.all(exits);
    expect(existsSync(`${counter}.violated`)).toBe(false);
    expect(processes[0]?.exitCode).toBe(0);
    expect(Number(readFileSync(counter, 'utf8'))).toBeGreaterThanOrEqual(20);
  }
  (await acquireLock(lock, { abort: AbortSignal.timeout(10_000) })).release();
  await annotate(`${rounds} rounds of ${processesPerRound} processes, ${killed} killed`);
});
