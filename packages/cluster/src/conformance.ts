import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterBackend, DeviceRef, GangEnded, GangLaunch, GangRef } from './port.ts';

/** What a gang of the suite does: runs until asked to leave, takes a second to do so, ends by itself with status 3, or does not listen. */
export type Behaviour = 'obedient' | 'unhurried' | 'brief' | 'stubborn';

export interface ClusterUnderTest {
  /** A new instance over the same gangs, as a restarted controller makes it. */
  connect(): ClusterBackend;
  /** Adds to the assignment what makes the backend's supervisor behave so. */
  assignment(behaviour: Behaviour): GangLaunch['assignment'];
  /** How often the supervisor of an attempt really began. */
  starts(gang: GangRef): number;
  /** Whether anything of the gang still runs, found without the backend's help. */
  isRunning(gang: GangRef): boolean;
  close(): Promise<void>;
}

const patience = { timeout: 20_000, interval: 20 };
const gone = (gang: GangRef) => (entry: GangRef) => entry.jobId === gang.jobId && entry.attempt === gang.attempt;

/** What the controller relies on, whatever the backend. Called in a test file of each adapter. */
export function describeClusterBackend(name: string, setUp: () => ClusterUnderTest): void {
  describe(`${name} as a cluster backend`, () => {
    let cluster: ClusterUnderTest;
    let backend: ClusterBackend;
    let instances: ClusterBackend[];
    let jobs = 0;
    /** The first device of the backend, on which every gang of the suite runs. */
    let device: DeviceRef;

    beforeEach(async () => {
      cluster = setUp();
      instances = [];
      backend = connect();
      const [node] = await backend.inventory();
      device = { node: node!.name, index: node!.devices[0]!.index };
    });
    afterEach(async () => {
      for (const gang of await backend.list()) await backend.stop(gang, { graceSeconds: 0 });
      for (const instance of instances) await instance.close();
      await cluster.close();
    });

    function connect(): ClusterBackend {
      const instance = cluster.connect();
      instances.push(instance);
      return instance;
    }
    const launchOf = (behaviour: Behaviour): GangLaunch => ({
      jobId: `job_${++jobs}`,
      attempt: 1,
      devices: [device],
      assignment: cluster.assignment(behaviour),
    });
    const begun = (gang: GangRef) => expect.poll(() => cluster.starts(gang), patience).toBe(1);
    const stateOf = async (gang: GangRef, instance = backend) => (await instance.list()).find(gone(gang))?.state;
    const endOf = (gang: GangRef, instance = backend) =>
      new Promise<GangEnded>((resolve) => {
        instance.watch((ended) => {
          if (gone(gang)(ended)) resolve(ended);
        });
      });

    it('has nodes with devices, each once', async () => {
      const nodes = await backend.inventory();
      expect(nodes.length).toBeGreaterThan(0);
      expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
      for (const node of nodes) {
        expect(node.devices.length).toBeGreaterThan(0);
        expect(new Set(node.devices.map(({ index }) => index)).size).toBe(node.devices.length);
        for (const device of node.devices) expect(device.memoryBytes).toBeGreaterThan(0);
      }
    });

    it('knows how much each device is used, or that it does not, and that an idle one is not', async () => {
      const gang = launchOf('obedient');
      await backend.launch(gang);
      await begun(gang);
      for (let look = 0; look < 3; look++) {
        const nodes = await backend.inventory();
        const usage = await backend.usage();
        expect(usage.map(({ name }) => name).toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
        for (const { name, busy, memoryBytes } of usage) {
          const { devices } = nodes.find((node) => node.name === name)!;
          const size = Math.max(...devices.map(({ index }) => index)) + 1;
          expect([busy.length, memoryBytes.length]).toEqual([size, size]);
          for (const { index, memoryBytes: capacity } of devices) {
            const isOurs = name === device.node && index === device.index;
            for (const share of [busy[index] ?? 0, (memoryBytes[index] ?? 0) / capacity]) {
              expect(share).toBeGreaterThanOrEqual(0);
              expect(share).toBeLessThanOrEqual(isOurs ? 1 : 0.05);
            }
          }
        }
      }
    });

    it('runs what is launched, and lists it', async () => {
      const gang = launchOf('obedient');
      expect(await backend.list()).toEqual([]);
      await backend.launch(gang);
      expect(await backend.list()).toEqual([{ jobId: gang.jobId, attempt: 1, state: 'running' }]);
      await begun(gang);
    });

    it('starts an attempt once, however often and from wherever it is launched', async () => {
      const gang = launchOf('obedient');
      const other = connect();
      await Promise.all([backend.launch(gang), other.launch(gang), backend.launch(gang), other.launch(gang)]);
      await backend.launch(gang);
      await begun(gang);
      expect(await backend.list()).toHaveLength(1);
      await backend.stop(gang, { graceSeconds: 20 });
      expect(cluster.starts(gang)).toBe(1);
    });

    it('does not start an attempt again that has ended', async () => {
      const gang = launchOf('brief');
      const ended = endOf(gang);
      await backend.launch(gang);
      await ended;
      await backend.launch(gang);
      await connect().launch(gang);
      expect(await stateOf(gang)).toBeUndefined();
      expect(cluster.starts(gang)).toBe(1);
    });

    it('runs the next attempt of a job beside nothing of the last', async () => {
      const first = launchOf('obedient');
      const second = { ...first, attempt: 2 };
      await backend.launch(first);
      await begun(first);
      await backend.stop(first, { graceSeconds: 20 });
      expect(cluster.isRunning(first)).toBe(false);
      await backend.launch(second);
      expect(await backend.list()).toEqual([{ jobId: second.jobId, attempt: 2, state: 'running' }]);
    });

    it('tells once that a gang has ended, when nothing of it is listed', async () => {
      const gang = launchOf('brief');
      const told: GangEnded[] = [];
      backend.watch((ended) => told.push(ended));
      await backend.launch(gang);
      await expect.poll(() => told, patience).toHaveLength(1);
      expect(told[0]).toMatchObject({ jobId: gang.jobId, attempt: 1 });
      expect(await backend.list()).toEqual([]);
      expect(told).toHaveLength(1);
    });

    it('asks a gang to leave, and waits until it has', async () => {
      const gang = launchOf('unhurried');
      const ended = endOf(gang);
      await backend.launch(gang);
      await begun(gang);
      const stop = backend.stop(gang, { graceSeconds: 60 });
      expect(await stateOf(gang)).toBe('stopping');
      await stop;
      expect(cluster.isRunning(gang)).toBe(false);
      expect(await backend.list()).toEqual([]);
      await ended;
    });

    it('takes away a gang that does not leave', async () => {
      const gang = launchOf('stubborn');
      await backend.launch(gang);
      await begun(gang);
      await Promise.all([backend.stop(gang, { graceSeconds: 0.2 }), backend.stop(gang, { graceSeconds: 0.2 })]);
      expect(cluster.isRunning(gang)).toBe(false);
      expect(await backend.list()).toEqual([]);
    });

    it('has nothing to do for a gang that is not there', async () => {
      await backend.stop({ jobId: 'job_unknown', attempt: 3 }, { graceSeconds: 60 });
      const gang = launchOf('brief');
      const ended = endOf(gang);
      await backend.launch(gang);
      await ended;
      await backend.stop(gang, { graceSeconds: 60 });
      expect(await backend.list()).toEqual([]);
    });

    it('finds and ends what an earlier instance launched', async () => {
      const gang = launchOf('obedient');
      await backend.launch(gang);
      await begun(gang);
      await backend.close();
      const later = connect();
      expect(await stateOf(gang, later)).toBe('running');
      const ended = endOf(gang, later);
      await later.stop(gang, { graceSeconds: 60 });
      expect((await ended).attempt).toBe(1);
      expect(cluster.isRunning(gang)).toBe(false);
      backend = later;
    });
  });
}
