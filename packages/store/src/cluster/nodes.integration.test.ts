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
  await Promise.all(range(0, 6).map(() => store.nodes.upsert([found])));
  const node = await store.nodes.get('a');
  expect(node).toMatchObject({ name: 'a', rack: 'r7', state: 'ready', cores: 64, memoryBytes: 2048 * GiB, profiles: {} });
  expect(node!.devices.map(({ index, memoryBytes, healthy, heldBy }) => [index, memoryBytes, healthy, heldBy])).toEqual(
    range(0, 8).map((index) => [index, 80 * GiB, true, null]),
  );
  await store.nodes.setState(node!.id, 'cordoned');
  await store.nodes.setProfile({ id: node!.id, deviceType: 'cpu', profile: { gflops: 100 } });
  await store.nodes.setProfile({ id: node!.id, deviceType: 'h100', profile: { gflops: 1e6 } });
  await store.nodes.setProfile({ id: node!.id, deviceType: 'cpu', profile: { gflops: 200 } });
  await store.nodes.upsert([{ ...found, cores: 32, devices: [device(1), device(0, 'h100'), device(8)] }]);
  const again = (await store.nodes.get('a'))!;
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
  expect(await store.nodes.get(again.id)).toEqual(again);
  expect((await store.nodes.list()).map(({ name }) => name)).toEqual(['a', 'here']);
});

it('keeps its devices, unhealthy, while a backend does not find it', async () => {
  const { store } = test;
  const found = (name: string) => ({ name, cores: 2, memoryBytes: GiB, devices: [device(0)] });
  await store.nodes.upsert([found('old'), found('renamed'), found('kept back')]);
  const health = async (name: string) => {
    const { state, devices } = (await store.nodes.get(name))!;
    return [state, ...devices.map(({ healthy }) => healthy)];
  };
  await store.nodes.setState((await store.nodes.get('kept back'))!.id, 'cordoned');
  await store.nodes.markMissing({ except: ['renamed'] });
  expect(await health('old')).toEqual(['unhealthy', false]);
  expect(await health('kept back')).toEqual(['cordoned', false]);
  expect(await health('renamed')).toEqual(['ready', true]);
  await store.nodes.upsert([found('old'), found('kept back')]);
  expect(await health('old')).toEqual(['ready', true]);
  expect(await health('kept back')).toEqual(['cordoned', true]);
});

it('says since when its devices are as they are, however often it is found so', async () => {
  const { store, sql } = test;
  const found = (indexes: number[]) => [{ name: 'ages', cores: 2, memoryBytes: GiB, devices: indexes.map((index) => device(index)) }];
  const since = async () => (await store.nodes.get('ages'))!.devices.map(({ healthSince }) => healthSince.getTime());
  const find = async (indexes: number[]) => {
    await store.nodes.upsert(found(indexes));
    return await since();
  };
  await find([0, 1]);
  await sql("update device set health_since = '2026-01-01' where node_id = (select id from node where name = 'ages')");
  const long = Date.parse('2026-01-01T00:00:00Z');
  expect(await find([0, 1])).toEqual([long, long]);
  const [still, lost] = await find([0]);
  expect(still).toBe(long);
  expect(lost).toBeGreaterThan(long);
  expect(await find([0])).toEqual([long, lost]);
  await sql("update device set health_since = '2026-01-01' where node_id = (select id from node where name = 'ages')");
  expect((await find([0, 1]))[1]).toBeGreaterThan(long);
  await store.nodes.markMissing({ except: ['here'] });
  const gone = await since();
  expect(Math.min(...gone)).toBeGreaterThan(long);
  await store.nodes.markMissing({ except: ['here'] });
  expect(await since()).toEqual(gone);
});

it('is not there under another name or id', async () => {
  expect(await test.store.nodes.get('nowhere')).toBeNull();
  expect(await test.store.nodes.setState('nowhere', 'ready')).toBeNull();
});

it('that are many are written and read together, in the order of their names, with who holds their devices', async () => {
  await using many = await openTestStore({ devices: 1 });
  const { store, run, sql } = many;
  const names = range(0, 300).map((index) => `n${index}`);
  const nodes = names.map((name) => ({ name, rack: 'r', cores: 8, memoryBytes: GiB, devices: range(0, 8).map((index) => device(index)) }));
  await store.nodes.upsert(nodes);
  await run([0]);
  const [held] = await sql('select id from job');
  const list = await store.nodes.list();
  expect(list.map(({ name }) => name)).toEqual([...names, 'here'].toSorted());
  expect(list.flatMap(({ devices }) => devices.map(({ heldBy }) => heldBy)).filter((holder) => holder !== null)).toEqual([held!['id']]);
  // Nothing but the time is written when nothing has changed.
  const versions = () => sql("select string_agg(xmin::text, ' ' order by id) as versions from device");
  const before = await versions();
  await store.nodes.upsert(nodes.toReversed());
  expect(await versions()).toEqual(before);
  expect((await store.nodes.list()).map(({ id }) => id)).toEqual(list.map(({ id }) => id));
});
