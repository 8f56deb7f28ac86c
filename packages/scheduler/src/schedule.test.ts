import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schedule, snapshotOf, type PendingJob, type SchedulerDevice, type SchedulerNode, type Snapshot } from './index.ts';

const GiB = 2 ** 30;

function node(id: string, count: number, changes: Partial<SchedulerNode> = {}, device: Partial<SchedulerDevice> = {}): SchedulerNode {
  const devices = Array.from({ length: count }, (_, index) => ({
    id: `${id}/${index}`,
    index,
    type: 'cpu',
    memoryBytes: 4 * GiB,
    healthy: true,
    ...device,
  }));
  return { id, state: 'ready', devices, ...changes };
}

function job(id: string, devices: number, changes: Partial<PendingJob> = {}): PendingJob {
  return { id, devices, priority: 0, submittedAtMs: 0, deviceType: 'any', ...changes };
}

it('asks for what the plan of a job needs, on devices that nobody holds', () => {
  const plan = { layout: { dp: 2, tp: 2, pp: 1, cp: 1 }, memoryGiB: 1.5 };
  const device = { index: 0, type: 'cpu', memoryBytes: 4 * GiB, healthy: true };
  const devices = [
    { ...device, id: 'free', heldBy: null },
    { ...device, id: 'held', heldBy: 'other' },
  ];
  expect(
    snapshotOf({
      nodes: [{ id: 'n', state: 'ready', devices }],
      jobs: [{ id: 'j', priority: 3, createdAt: new Date(5), deviceType: 'any', plan }],
    }),
  ).toEqual({
    nodes: [{ id: 'n', state: 'ready', devices: [{ ...device, id: 'free' }, devices[1]] }],
    pending: [{ id: 'j', priority: 3, submittedAtMs: 5, devices: 4, deviceType: 'any', memoryPerDeviceBytes: 1.5 * GiB }],
  });
});

const admitted = (snapshot: Snapshot) => schedule(snapshot).admissions.map(({ jobId }) => jobId);
const reasonOf = (snapshot: Snapshot, jobId: string) => schedule(snapshot).reasons.find((entry) => entry.jobId === jobId)?.reasons[0];

describe('admission', () => {
  it('gives the first devices of the first node that fits, a rank each', () => {
    const { admissions, reasons } = schedule({ nodes: [node('b', 4), node('a', 1)], pending: [job('j', 2)] });
    expect(admissions).toEqual([
      {
        jobId: 'j',
        ranks: [
          { rank: 0, nodeId: 'b', deviceId: 'b/0' },
          { rank: 1, nodeId: 'b', deviceId: 'b/1' },
        ],
      },
    ]);
    expect(reasons).toEqual([]);
  });

  it('goes by priority, then by time, then by id', () => {
    const pending = [
      job('late', 1, { submittedAtMs: 2 }),
      job('b', 1, { submittedAtMs: 1 }),
      job('a', 1, { submittedAtMs: 1 }),
      job('urgent', 1, { submittedAtMs: 9, priority: 1 }),
    ];
    expect(admitted({ nodes: [node('n', 4)], pending })).toEqual(['urgent', 'a', 'b', 'late']);
    expect(admitted({ nodes: [node('n', 2)], pending })).toEqual(['urgent', 'a']);
  });

  it('lets a job that fits pass one that does not', () => {
    expect(admitted({ nodes: [node('n', 2)], pending: [job('big', 3), job('small', 2, { submittedAtMs: 1 })] })).toEqual(['small']);
  });

  it('never splits a gang over nodes, nor mixes types', () => {
    expect(admitted({ nodes: [node('a', 1), node('b', 1)], pending: [job('j', 2)] })).toEqual([]);
    const mixed = node('m', 2);
    mixed.devices[1]!.type = 'h100';
    expect(admitted({ nodes: [mixed], pending: [job('j', 2)] })).toEqual([]);
    expect(admitted({ nodes: [mixed], pending: [job('j', 1, { deviceType: 'h100' })] })).toEqual(['j']);
  });

  it('uses no cordoned or unhealthy node, no unhealthy device, none with too little memory', () => {
    const pending = [job('j', 1, { memoryPerDeviceBytes: 3 * GiB })];
    for (const nodes of [
      [node('n', 2, { state: 'cordoned' })],
      [node('n', 2, { state: 'unhealthy' })],
      [node('n', 2, {}, { healthy: false })],
      [node('n', 2, {}, { memoryBytes: 2 * GiB })],
      [node('n', 2, {}, { heldBy: 'other' })],
      [],
    ])
      expect(admitted({ nodes, pending })).toEqual([]);
  });
});

describe('reasons', () => {
  it('say who holds what is missing, and who is ahead', () => {
    const busy = node('n', 4);
    busy.devices[0]!.heldBy = 'running';
    const snapshot = {
      nodes: [busy],
      pending: [job('now', 2), job('next', 3, { submittedAtMs: 1 }), job('last', 2, { submittedAtMs: 2 })],
    };
    expect(schedule(snapshot).reasons).toEqual([
      {
        jobId: 'next',
        reasons: [
          {
            code: 'waiting_for_devices',
            message: 'It needs 3 devices; 1 of 4 is free, the rest are held by running, now.',
            missing: 2,
            heldBy: ['running', 'now'],
            heldByCount: 2,
            ahead: { count: 0, jobs: [] },
          },
        ],
      },
      {
        jobId: 'last',
        reasons: [
          {
            code: 'waiting_for_devices',
            message: 'It needs 2 devices; 1 of 4 is free, the rest are held by running, now; 1 job is ahead of it.',
            missing: 1,
            heldBy: ['running', 'now'],
            heldByCount: 2,
            ahead: { count: 1, jobs: ['next'] },
          },
        ],
      },
    ]);
  });

  it('tell what is never possible from what is not possible now', () => {
    const pending = [job('j', 3)];
    expect(reasonOf({ nodes: [node('a', 2)], pending }, 'j')).toMatchObject({
      code: 'not_enough_devices',
      missing: 1,
      message: 'It needs 3 devices; there are only 2.',
    });
    expect(reasonOf({ nodes: [], pending }, 'j')).toMatchObject({ code: 'not_enough_devices', missing: 3 });
    expect(reasonOf({ nodes: [node('a', 2), node('b', 1)], pending }, 'j')).toMatchObject({
      code: 'no_node_large_enough',
      missing: 1,
      message: 'It needs 3 devices on one node; the largest node has 2.',
    });
    expect(reasonOf({ nodes: [node('a', 2), node('b', 4, { state: 'cordoned' })], pending }, 'j')).toMatchObject({
      code: 'nodes_unavailable',
      missing: 1,
      message: 'It needs 3 devices; only 2 of 4 can be used while nodes are cordoned or unhealthy.',
    });
  });

  it('name the type and memory that were asked for', () => {
    const pending = [job('j', 1, { deviceType: 'h100', memoryPerDeviceBytes: 1.5 * GiB })];
    expect(reasonOf({ nodes: [node('a', 2)], pending }, 'j')?.message).toBe('It needs 1 h100 device with 1.50 GiB; there are only 0.');
  });

  it('name a few of many jobs ahead, the nearest, and count the rest', () => {
    const pending = Array.from({ length: 9 }, (_, index) => job(`j${index}`, 3, { submittedAtMs: index }));
    expect(reasonOf({ nodes: [node('a', 2)], pending }, 'j8')?.ahead).toEqual({ count: 8, jobs: ['j3', 'j4', 'j5', 'j6', 'j7'] });
  });
});

const type = fc.constantFrom('cpu', 'h100');
const memoryBytes = fc.constantFrom(1 * GiB, 2 * GiB);
const anyNode = fc.record({
  state: fc.constantFrom('ready', 'ready', 'ready', 'cordoned', 'unhealthy'),
  devices: fc.array(
    fc.record({ type, memoryBytes, healthy: fc.constantFrom(true, true, true, false), held: fc.constantFrom(false, false, true) }),
    { maxLength: 6 },
  ),
});
const anyJob = fc.record({
  devices: fc.integer({ min: 1, max: 4 }),
  priority: fc.integer({ min: -1, max: 1 }),
  submittedAtMs: fc.integer({ min: 0, max: 3 }),
  deviceType: fc.oneof(fc.constant('any'), type),
  memoryPerDeviceBytes: fc.option(memoryBytes, { nil: undefined }),
});
const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({ nodes: fc.array(anyNode, { maxLength: 4 }), jobs: fc.array(anyJob, { maxLength: 8 }) })
  .map(({ nodes, jobs }) => ({
    nodes: nodes.map(({ state, devices }, n) => ({
      id: `n${n}`,
      state,
      devices: devices.map(({ held, ...device }, index) => ({
        ...device,
        id: `n${n}/${index}`,
        index,
        ...(held ? { heldBy: 'other' } : {}),
      })),
    })),
    pending: jobs.map((fields, j) => ({ ...fields, id: `j${j}` })),
  }));

describe('whatever the snapshot', () => {
  it('a device is given once, only if it is free, well, of the right kind, on a ready node', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const given = new Set<string>();
        for (const { jobId, ranks } of schedule(snapshot).admissions) {
          const wanted = snapshot.pending.find(({ id }) => id === jobId)!;
          for (const { nodeId, deviceId } of ranks) {
            const home = snapshot.nodes.find(({ id }) => id === nodeId)!;
            const device = home.devices.find(({ id }) => id === deviceId)!;
            expect(given.has(deviceId)).toBe(false);
            given.add(deviceId);
            expect(home.state).toBe('ready');
            expect(device.healthy && device.heldBy === undefined).toBe(true);
            expect(device.memoryBytes).toBeGreaterThanOrEqual(wanted.memoryPerDeviceBytes ?? 0);
            if (wanted.deviceType !== 'any') expect(device.type).toBe(wanted.deviceType);
          }
        }
      }),
    );
  });

  it('a gang is whole, on one node, of one type, its ranks numbered from 0', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const types = new Map(snapshot.nodes.flatMap(({ devices }) => devices.map((device) => [device.id, device.type])));
        for (const { jobId, ranks } of schedule(snapshot).admissions) {
          expect(ranks.map(({ rank }) => rank)).toEqual(
            Array.from({ length: snapshot.pending.find(({ id }) => id === jobId)!.devices }, (_, rank) => rank),
          );
          expect(new Set(ranks.map(({ nodeId }) => nodeId)).size).toBe(1);
          expect(new Set(ranks.map(({ deviceId }) => types.get(deviceId))).size).toBe(1);
        }
      }),
    );
  });

  it('every job is either admitted or told why not, once', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const { admissions, reasons } = schedule(snapshot);
        expect([...admissions, ...reasons].map(({ jobId }) => jobId).toSorted()).toEqual(snapshot.pending.map(({ id }) => id).toSorted());
        for (const { reasons: given } of reasons) {
          expect(given[0]!.missing).toBeGreaterThan(0);
          expect(given[0]!.message).toMatch(/^It needs .*\.$/);
        }
      }),
    );
  });

  it('nobody who would fit is left waiting, and a second look admits nobody more', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const { admissions, reasons } = schedule(snapshot);
        const holder = new Map(admissions.flatMap(({ jobId, ranks }) => ranks.map(({ deviceId }) => [deviceId, jobId])));
        const nodes = snapshot.nodes.map((home) => ({
          ...home,
          devices: home.devices.map((device) => ({ ...device, heldBy: device.heldBy ?? holder.get(device.id) })),
        }));
        const waiting = new Set(reasons.map(({ jobId }) => jobId));
        expect(schedule({ nodes, pending: snapshot.pending.filter(({ id }) => waiting.has(id)) }).admissions).toEqual([]);
      }),
    );
  });

  it('the order of the arrays changes nothing', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const nodes = snapshot.nodes.toReversed().map((home) => ({ ...home, devices: home.devices.toReversed() }));
        expect(schedule({ nodes, pending: snapshot.pending.toReversed() })).toEqual(schedule(snapshot));
      }),
    );
  });

  it('the snapshot stays as it was', () => {
    fc.assert(
      fc.property(anySnapshot, (snapshot) => {
        const before = structuredClone(snapshot);
        schedule(snapshot);
        expect(snapshot).toEqual(before);
      }),
    );
  });
});
