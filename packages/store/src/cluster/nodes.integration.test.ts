import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, range, type TestStore } from '../../test/store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore({ devices: 2 });
});
afterAll(() => test[Symbol.asyncDispose]());

const GiB = 2 ** 30;
const device = (index: number, type = 'cpu') => ({ index, type, memoryBytes: 80 * GiB });

it('is what a backend found last, keeping its id, its state and what was measured', async () => {
  const { store } = test;
  const found = { name: 'a', rack: 'r7', cores: 64, memoryBytes: 2048 * GiB, devices: range(0, 8).map((index) => device(index)) };
  const nodes = await Promise.all(range(0, 6).map(() => store.nodes.upsert(found)));
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(1);
  const [node] = nodes;
  expect(node).toMatchObject({ name: 'a', rack: 'r7', state: 'ready', cores: 64, memoryBytes: 2048 * GiB, profiles: {} });
  expect(node!.devices.map(({ index, memoryBytes, healthy, heldBy }) => [index, memoryBytes, healthy, heldBy])).toEqual(
    range(0, 8).map((index) => [index, 80 * GiB, true, null]),
  );
  await store.nodes.setState(node!.id, 'cordoned');
  await store.nodes.setProfile({ id: node!.id, deviceType: 'cpu', profile: { gflops: 100 } });
  await store.nodes.setProfile({ id: node!.id, deviceType: 'h100', profile: { gflops: 1e6 } });
  await store.nodes.setProfile({ id: node!.id, deviceType: 'cpu', profile: { gflops: 200 } });
  const again = await store.nodes.upsert({ ...found, cores: 32, devices: [device(1), device(0, 'h100'), device(8)] });
  expect(again).toMatchObject({
    id: node!.id,
    rack: 'r7',
    state: 'cordoned',
    cores: 32,
    profiles: { cpu: { gflops: 200 }, h100: { gflops: 1e6 } },
  });
  expect(again.devices.map(({ index, type, healthy }) => [index, type, healthy])).toEqual([
    [0, 'h100', true],
    [1, 'cpu', true],
    ...range(2, 8).map((index) => [index, 'cpu', false]),
    [8, 'cpu', true],
  ]);
  expect(again.devices[0]!.id).toBe(node!.devices[0]!.id);
  expect(await store.nodes.get('a')).toEqual(again);
  expect(await store.nodes.get(again.id)).toEqual(again);
  expect((await store.nodes.list()).map(({ name }) => name)).toEqual(['a', 'here']);
});

it('keeps its devices, unhealthy, while a backend does not find it', async () => {
  const { store } = test;
  const [old, renamed] = await Promise.all(
    ['old', 'renamed'].map((name) => store.nodes.upsert({ name, cores: 2, memoryBytes: GiB, devices: [device(0)] })),
  );
  await store.nodes.markMissing({ except: [renamed!.id] });
  const health = async (id: string) => (await store.nodes.get(id))!.devices.map(({ healthy }) => healthy);
  expect(await health(old!.id)).toEqual([false]);
  expect(await health(renamed!.id)).toEqual([true]);
  await store.nodes.upsert({ name: 'old', cores: 2, memoryBytes: GiB, devices: [device(0)] });
  expect(await health(old!.id)).toEqual([true]);
});

it('is not there under another name or id', async () => {
  expect(await test.store.nodes.get('nowhere')).toBeNull();
  expect(await test.store.nodes.setState('nowhere', 'ready')).toBeNull();
});
