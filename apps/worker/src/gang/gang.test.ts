import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isAlive, processIdentity, type ProcessIdentity } from '@massif/processes';
import { afterEach, describe, expect, it } from 'vitest';
import type { ScriptedJob } from './fixtures/rank.ts';
import { startGang, type Gang } from './gang.ts';
import type { FromRank } from './protocol.ts';

const program = fileURLToPath(new URL('./fixtures/rank.ts', import.meta.url));
const leader = fileURLToPath(new URL('./fixtures/leader.ts', import.meta.url));

let gang: Gang | undefined;
afterEach(() => gang?.kill());

function start(job: ScriptedJob, size = 3) {
  const pids: number[] = [];
  const messages: { rank: number; message: FromRank }[] = [];
  const lines: string[] = [];
  const allRunning = Promise.withResolvers<void>();
  const failed: (() => void)[] = [];
  gang = startGang({
    program,
    size,
    job,
    environment: process.env,
    host: '127.0.0.1',
    onStarted: (rank, pid) => (pids[rank] = pid),
    onLog: (rank, stream, line) => lines.push(`${rank} ${stream} ${line}`),
    onMessage: (rank, message) => {
      messages.push({ rank, message });
      if (message.type === 'failed') for (const tell of failed) tell();
      if (messages.filter((entry) => entry.message.type === 'running').length === size) allRunning.resolve();
    },
  });
  return { gang, pids, messages, lines, allRunning: allRunning.promise, onFailed: (tell: () => void) => failed.push(tell) };
}

/** Within milliseconds, or seconds on a busy machine: peers that are merely silent miss each other after ten minutes. */
const expectGone = (processes: (ProcessIdentity | undefined)[]) =>
  expect.poll(() => processes.filter((identity) => identity && isAlive(identity)), { timeout: 10_000 }).toEqual([]);

describe('a gang', () => {
  it('ends with the outcome of rank 0, after every message and line', async () => {
    const { gang, messages, lines } = start({ steps: 4, model: '/models/m' });
    expect(await gang.result).toMatchObject({ outcome: 'succeeded', step: 4, model: { path: '/models/m' } });
    const steps = messages.flatMap(({ rank, message }) => (message.type === 'step' ? [[rank, message.step]] : []));
    expect(steps).toEqual([0, 1, 2, 3].map((step) => [0, step]));
    expect(lines.toSorted()).toEqual([0, 1, 2].map((rank) => `${rank} stdout rank ${rank} begins`));
  });

  it('leaves when it is asked to, with a checkpoint', async () => {
    const { gang, messages, allRunning } = start({ steps: 1e9 });
    await allRunning;
    gang.stop();
    const result = await gang.result;
    expect(result).toMatchObject({ outcome: 'stopped' });
    expect(messages.some(({ message }) => message.type === 'checkpoint')).toBe(true);
  });

  it('is gone at once when one rank is killed, which is named, whatever the others say', async () => {
    const { gang, pids, allRunning } = start({ instead: { 0: 'idle', 1: 'idle', 2: 'blockThread' } });
    await allRunning;
    const identities = pids.map(processIdentity);
    process.kill(pids[1]!, 'SIGKILL');
    await expectGone(identities);
    expect(await gang.result).toMatchObject({
      outcome: 'failed',
      rank: 1,
      code: 'rank_failed',
      message: 'rank 1 was killed by SIGKILL',
      retryable: true,
    });
  });

  it('names the rank that left, not the one that missed it first', async () => {
    const { gang, pids, allRunning, onFailed } = start({ instead: { 0: 'blameWhenAsked', 1: 'idle', 2: 'idle' } });
    await allRunning;
    onFailed(() => process.kill(pids[2]!, 'SIGKILL'));
    gang.stop();
    expect(await gang.result).toMatchObject({ rank: 2, message: 'rank 2 was killed by SIGKILL' });
  });

  it('names the rank that left, also when its leader was kept from looking for seconds', async () => {
    const { gang, pids, allRunning, onFailed } = start({ instead: { 0: 'blameWhenAsked', 1: 'idle', 2: 'idle' } });
    await allRunning;
    const victim = processIdentity(pids[2]!)!;
    onFailed(() => {
      process.kill(victim.pid, 'SIGKILL');
      while (isAlive(victim));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
    });
    gang.stop();
    expect(await gang.result).toMatchObject({ rank: 2, message: 'rank 2 was killed by SIGKILL' });
  });

  it('takes the word of a rank for it when nobody has left', async () => {
    const { gang, allRunning } = start({ instead: { 0: 'idle', 1: 'blameWhenAsked', 2: 'idle' } });
    await allRunning;
    gang.stop();
    expect(await gang.result).toMatchObject({ rank: 1, message: 'a peer is gone', retryable: true });
  });

  it('fails as its rank says', async () => {
    const { gang } = start({ instead: { 0: 'idle', 1: 'idle', 2: 'failWithNaN' } });
    expect(await gang.result).toMatchObject({ outcome: 'failed', rank: 2, code: 'nan_loss', retryable: false });
  });

  it.each([
    ['exit0', 'rank 1 left before it was done'],
    ['exit3', 'rank 1 exited with status 3'],
  ] as const)('fails when a rank leaves without having finished, %s', async (instead, message) => {
    const { gang } = start({ instead: { 0: 'idle', 1: instead, 2: 'idle' } });
    expect(await gang.result).toMatchObject({ outcome: 'failed', rank: 1, code: 'rank_failed', message });
  });
});

it.each(['idle', 'blockThread'] as const)('ranks whose leader is killed end at once, %s', async (instead) => {
  const child = spawn(process.execPath, [leader, JSON.stringify({ instead: { 0: instead, 1: instead } } satisfies ScriptedJob)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const ranks = (JSON.parse(chunk.toString()) as number[]).map(processIdentity);
  expect(ranks.every((rank) => rank && isAlive(rank))).toBe(true);
  child.kill('SIGKILL');
  await expectGone(ranks);
});
