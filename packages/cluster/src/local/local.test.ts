import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIdentity } from '@massif/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeClusterBackend } from '../conformance.ts';
import type { ClusterBackend, GangEnded, GangRef, NodeUsage } from '../port.ts';
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

describe('the local cluster', () => {
  it('is this host, a slot per core and at least two, sharing the memory', () => {
    const node = inventoryOfHost();
    expect(node.name).toBe(hostname());
    expect(node.devices).toHaveLength(Math.max(2, availableParallelism()));
    expect(node.devices.reduce((sum, device) => sum + device.memoryBytes, 0)).toBeLessThanOrEqual(node.memoryBytes);
  });

  it('hands the assignment over in a file that only the owner can read', async () => {
    const { home, cluster } = setUp();
    const gang = { jobId: 'job_a', attempt: 2, devices: [{ node: 'here', index: 1 }] };
    await cluster.launch({ ...gang, assignment: { behaviour: 'obedient', token: 'secret' } });
    const { attempt, job } = attemptDirectories(home, gang);
    const file = join(attempt, 'attempt.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      behaviour: 'obedient',
      token: 'secret',
      devices: gang.devices,
      directories: { home, job, attempt },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(attempt).mode & 0o777).toBe(0o700);
  });

  it('says how a supervisor ended', async () => {
    const { cluster } = setUp();
    const told: GangEnded[] = [];
    cluster.watch((ended) => told.push(ended));
    await cluster.launch({ jobId: 'job_b', attempt: 1, devices: [], assignment: { behaviour: 'brief' } });
    await expect.poll(() => told, patience).toEqual([{ jobId: 'job_b', attempt: 1, how: 'exited with status 3' }]);
  });

  it('takes away ranks that outlive their supervisor', async () => {
    const { home, cluster } = setUp();
    const gang = { jobId: 'job_c', attempt: 1, devices: [] };
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
    const gang = { jobId: 'job_d', attempt: 1, devices: [] };
    await cluster.stop(gang, { graceSeconds: 1 });
    await cluster.launch({ ...gang, assignment: { behaviour: 'obedient' } });
    expect(await cluster.list()).toEqual([]);
    expect(startsOf(home, gang)).toEqual([]);
  });

  it('does not lose or double a gang when its controller is killed at any moment of a launch', async () => {
    const { home, cluster } = setUp();
    // Moments from before the launch to after it, which takes some 10 ms here.
    for (const [index, delayMs] of [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 30].entries()) {
      const gang = { jobId: 'job_e', attempt: index + 1, devices: [] };
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

describe('use of this host', () => {
  it('is that of the ranks on each device, also of those that another instance launched', async () => {
    const { home, cluster } = setUp();
    const { name } = inventoryOfHost();
    const gang = { jobId: 'job_f', attempt: 1, devices: [1, 0].map((index) => ({ node: name, index })) };
    await cluster.launch({ ...gang, assignment: { behaviour: 'ranks', threadsPerDevice: 1 } });
    const later = connect(home);
    onTestFinished(() => later.close());
    for (const look of [cluster, later]) {
      // The first rank computes and is on the second device; the other one waits, on the first.
      await expect
        .poll(
          async () => {
            const [{ busy, memoryBytes }] = (await look.usage()) as [NodeUsage];
            return (
              busy[1] !== null && busy[0] !== null && busy[1]! > 0.2 && busy[0]! < busy[1]! / 2 && memoryBytes.slice(0, 2).every(Boolean)
            );
          },
          { ...patience, interval: 200 },
        )
        .toBe(true);
    }
    await cluster.stop(gang, { graceSeconds: 0 });
    const [{ busy, memoryBytes }] = (await cluster.usage()) as [NodeUsage];
    expect(new Set([...busy, ...memoryBytes])).toEqual(new Set([0]));
  });

  it('is not known while a rank runs of which nobody can tell where', async () => {
    const { cluster } = setUp();
    await cluster.launch({ jobId: 'job_g', attempt: 1, devices: [], assignment: { behaviour: 'ranks' } });
    await expect.poll(async () => (await cluster.usage())[0]!.busy[0], patience).toBeNull();
  });
});
