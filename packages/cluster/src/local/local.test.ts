import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@massif/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeClusterBackend } from '../conformance.ts';
import type { ClusterBackend, GangEnded, GangRef } from '../port.ts';
import { createLocalCluster } from './backend.ts';
import { attemptDirectories } from './directories.ts';
import { inventoryOfHost } from './inventory.ts';

const command = [process.execPath, fileURLToPath(new URL('fixtures/supervisor.ts', import.meta.url))];
const controller = fileURLToPath(new URL('fixtures/controller.ts', import.meta.url));
const patience = { timeout: 20_000, interval: 20 };

const temporaryHome = () => mkdtempSync(join(tmpdir(), 'massif-cluster-'));
const connect = (home: string) => createLocalCluster({ home, command, environment: process.env, lookEveryMs: 20 });

/** Pids of supervisor and rank, one pair for every time that the attempt began. */
function startsOf(home: string, gang: GangRef): [number, number][] {
  const file = join(attemptDirectories(home, gang).attempt, 'starts');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number) as [number, number]);
}
const isRunning = (home: string, gang: GangRef) =>
  startsOf(home, gang).some((pids) => pids.some((pid) => processIdentity(pid) !== undefined));

describeClusterBackend('this host', () => {
  const home = temporaryHome();
  return {
    connect: () => connect(home),
    assignment: (behaviour) => ({ behaviour }),
    starts: (gang) => startsOf(home, gang).length,
    isRunning: (gang) => isRunning(home, gang),
    close: () => Promise.resolve(rmSync(home, { recursive: true, force: true })),
  };
});

describe('the local cluster', () => {
  function setUp(): { home: string; cluster: ClusterBackend } {
    const home = temporaryHome();
    const cluster = connect(home);
    onTestFinished(async () => {
      for (const gang of await cluster.list()) await cluster.stop(gang, { graceSeconds: 0 });
      await cluster.close();
      rmSync(home, { recursive: true, force: true });
    });
    return { home, cluster };
  }

  it('is this host, a slot per core and at least two, sharing the memory', () => {
    const node = inventoryOfHost();
    expect(node.name).toBe(hostname());
    expect(node.devices).toHaveLength(Math.max(2, availableParallelism()));
    expect(node.devices.reduce((sum, device) => sum + device.memoryBytes, 0)).toBeLessThanOrEqual(node.memoryBytes);
  });

  it('hands the assignment over in a file that only the owner can read', async () => {
    const { home, cluster } = setUp();
    const gang = { jobId: 'job_a', attempt: 2 };
    await cluster.launch({ ...gang, assignment: { behaviour: 'obedient', token: 'secret' } });
    const { attempt, job } = attemptDirectories(home, gang);
    const file = join(attempt, 'attempt.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ behaviour: 'obedient', token: 'secret', directories: { home, job, attempt } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(attempt).mode & 0o777).toBe(0o700);
  });

  it('says how a supervisor ended', async () => {
    const { cluster } = setUp();
    const told: GangEnded[] = [];
    cluster.watch((ended) => told.push(ended));
    await cluster.launch({ jobId: 'job_b', attempt: 1, assignment: { behaviour: 'brief' } });
    await expect.poll(() => told, patience).toEqual([{ jobId: 'job_b', attempt: 1, how: 'exited with status 3' }]);
  });

  it('takes away ranks that outlive their supervisor', async () => {
    const { home, cluster } = setUp();
    const gang = { jobId: 'job_c', attempt: 1 };
    await cluster.launch({ ...gang, assignment: { behaviour: 'obedient' } });
    await expect.poll(() => startsOf(home, gang), patience).toHaveLength(1);
    const [[supervisor, rank]] = startsOf(home, gang) as [[number, number]];
    expect(processIdentity(rank)).toBeDefined();
    process.kill(supervisor, 'SIGKILL');
    await expect.poll(() => cluster.list(), patience).toEqual([]);
    expect(processIdentity(rank)).toBeUndefined();
  });

  it('does not start an attempt that was stopped before it was launched', async () => {
    const { home, cluster } = setUp();
    const gang = { jobId: 'job_d', attempt: 1 };
    await cluster.stop(gang, { graceSeconds: 1 });
    await cluster.launch({ ...gang, assignment: { behaviour: 'obedient' } });
    expect(await cluster.list()).toEqual([]);
    expect(startsOf(home, gang)).toEqual([]);
  });

  it('does not lose or double a gang when its controller is killed at any moment of a launch', async () => {
    const { home, cluster } = setUp();
    // Moments from before the launch to after it, which takes some 10 ms here.
    for (const [index, delayMs] of [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 30].entries()) {
      const gang = { jobId: 'job_e', attempt: index + 1 };
      const child = spawn(process.execPath, [controller, home, gang.jobId, String(gang.attempt)], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill('SIGKILL');
      await once(child, 'exit');
      // Whether or not it got so far: launching again leads to one gang that began, or to none if it was claimed and lost.
      await cluster.launch({ ...gang, assignment: { behaviour: 'obedient' } });
      await expect.poll(async () => (await cluster.list()).length === startsOf(home, gang).length, patience).toBe(true);
      await cluster.stop(gang, { graceSeconds: 20 });
      expect(isRunning(home, gang)).toBe(false);
      expect(startsOf(home, gang).length).toBeLessThanOrEqual(1);
      expect(await cluster.list()).toEqual([]);
    }
  });
});
