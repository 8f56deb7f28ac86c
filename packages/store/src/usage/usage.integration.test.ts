import { newId } from '@massif/contracts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openTestStore, range, type TestStore } from '../../test/store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore({ devices: 3 });
});
afterAll(() => test[Symbol.asyncDispose]());
beforeEach(() => test.sql('truncate usage_cluster, usage_node'));

const begin = Date.UTC(2026, 5, 1, 12);
const at = (seconds: number) => new Date(begin + seconds * 1000);
const nothing = { devices: 3, allocated: 0, busy: null, useful: null, queued: 0, running: 0 };

/** One row every half minute, from `from` seconds to `to` exclusive, with these values. */
const record = async (from: number, to: number, { busy = [1, 0.5, 0] as (number | null)[], allocated = 2 } = {}) => {
  for (const seconds of range(from / 30, to / 30).map((index) => (index + 1) * 30))
    await test.store.usage.record({
      time: at(seconds),
      cluster: { devices: 3, allocated, busy: 1.5, useful: 0.6, queued: 7, running: 1 },
      nodes: [{ nodeId: test.node.id, busy, memoryBytes: [2 ** 33, 5, null] }],
    });
};

it('averages the cluster over equal distances, with nothing where nothing was measured', async () => {
  await record(0, 600);
  await record(1200, 1800, { allocated: 3 });
  const usage = await test.store.usage.cluster({ from: at(0), to: at(2400), points: 8 });
  expect(usage.times).toEqual(range(0, 8).map((index) => at(index * 300)));
  const known = <Value>(value: Value) => [value, value, null, null, value, value, null, null];
  expect(usage).toMatchObject({ busy: known(1.5), useful: known(0.6), queued: known(7), running: known(1), devices: known(3) });
  expect(usage.allocated).toEqual([2, 2, null, null, 3, 3, null, null]);
});

it('averages what changes within a point, by how long it was so', async () => {
  await record(0, 60, { allocated: 0 });
  await record(60, 150, { allocated: 3 });
  const { allocated } = await test.store.usage.cluster({ from: at(0), to: at(160), points: 2 });
  expect(allocated).toEqual([0.75, 3]);
});

it('has no gaps where points are closer than measurements', async () => {
  await record(0, 300);
  const { busy } = await test.store.usage.cluster({ from: at(0), to: at(300), points: 100 });
  expect(busy).toEqual(Array(100).fill(1.5));
});

it('passes over what nobody could measure when it averages the rest', async () => {
  await record(0, 30);
  await test.store.usage.record({ time: at(60), cluster: nothing, nodes: [] });
  const { busy, allocated } = await test.store.usage.cluster({ from: at(0), to: at(60), points: 1 });
  expect(busy).toEqual([1.5]);
  expect(allocated).toEqual([1]);
  expect(await test.store.usage.latest()).toEqual({ time: at(60), ...nothing });
});

it('knows a device by its place in the node, of the last hour by default', async () => {
  await record(0, 90, { busy: [1, null, 0.25] });
  const { devices } = (await test.store.nodes.get('here'))!;
  const of = (index: number) => test.store.usage.device(devices[index]!.id, { from: at(0), to: at(150) });
  expect(await of(0)).toEqual({
    times: range(0, 5).map((index) => at(index * 30)),
    busy: [1, 1, 1, null, null],
    memoryBytes: [2 ** 33, 2 ** 33, 2 ** 33, null, null],
  });
  expect(await of(1)).toMatchObject({ busy: [null, null, null, null, null], memoryBytes: [5, 5, 5, null, null] });
  expect(await of(2)).toMatchObject({ busy: [0.25, 0.25, 0.25, null, null] });
  const recent = await test.store.usage.device(devices[0]!.id);
  expect([recent!.times.length, recent!.busy.every((value) => value === null)]).toEqual([120, true]);
  expect(Math.abs(recent!.times[0]!.getTime() - (Date.now() - 3_600_000))).toBeLessThan(60_000);
  expect(await test.store.usage.device(newId('device'))).toBeNull();
});

it('says what was measured last, and nothing before that', async () => {
  expect(await test.store.usage.latest()).toBeNull();
  await record(0, 60);
  expect(await test.store.usage.latest()).toEqual({
    time: at(60),
    devices: 3,
    allocated: 2,
    busy: 1.5,
    useful: 0.6,
    queued: 7,
    running: 1,
  });
});

it('is written once for a time, and passes over nodes that have gone', async () => {
  await Promise.all([record(0, 30), record(0, 30)]);
  await test.store.usage.record({ time: at(60), cluster: nothing, nodes: [{ nodeId: newId('node'), busy: [1], memoryBytes: [1] }] });
  expect(await test.sql('select count(*)::integer as count from usage_cluster')).toEqual([{ count: 2 }]);
  expect(await test.sql('select count(*)::integer as count from usage_node')).toEqual([{ count: 1 }]);
});

it('forgets single nodes after hours and the cluster after days', async () => {
  await record(0, 300);
  const now = at(60 + 2 * 3600);
  await test.store.usage.retain(now, { clusterDays: 30, nodeHours: 2 });
  expect(await test.sql('select time from usage_node order by 1')).toEqual(range(2, 11).map((index) => ({ time: at(index * 30) })));
  expect(await test.sql('select count(*)::integer as count from usage_cluster')).toEqual([{ count: 10 }]);
  await test.store.usage.retain(at(3600 + 30 * 24 * 3600), { clusterDays: 30, nodeHours: 2 });
  expect(await test.store.usage.latest()).toBeNull();
});
