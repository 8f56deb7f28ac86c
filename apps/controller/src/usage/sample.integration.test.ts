import type { UsageFrame } from '@massif/contracts';
import { openQueue } from '@massif/queue';
import { expect, it, onTestFinished } from 'vitest';
import { createInstallation } from '../fixtures/installation.ts';
import { createUsageSampling } from './sample.ts';

it('shows each measurement and writes their average down beside what is allocated', async () => {
  const { store, redis, submit, ...installation } = await createInstallation();
  onTestFinished(() => installation[Symbol.asyncDispose]());
  const queue = openQueue({ redisUrl: redis.redisUrl });
  onTestFinished(() => queue.close());
  const heard: UsageFrame['nodes'][] = [];
  queue.onUsage(({ nodes }) => heard.push(nodes));
  await store.nodes.upsert([
    {
      name: 'here',
      cores: 2,
      memoryBytes: 2,
      devices: [0, 1].map((index) => ({ index, type: 'cpu', memoryBytes: 1 })),
    },
  ]);
  let busy = [0.25, null] as (number | null)[];
  const cluster = { usage: () => Promise.resolve([{ name: 'here', busy, memoryBytes: [3.7, null] }]) };
  const usage = createUsageSampling({ store, queue, cluster });

  await expect.poll(() => usage.sample().then(() => heard.length), { timeout: 20_000 }).toBeGreaterThan(0);
  expect(heard[0]).toEqual([{ name: 'here', busy: [0.25, null], memoryBytes: [4, null] }]);
  await usage.record();
  busy = [1, 0.12345];
  await usage.sample();
  await expect.poll(() => heard.at(-1)?.[0]?.busy, { timeout: 20_000 }).toEqual([1, 0.123]);
  const id = await submit({ behaviour: 'waits' });
  await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'queued' });
  await usage.record();

  const to = new Date();
  const [first, second] = (await installation.sql('select * from usage_cluster order by time')) as [object, object];
  expect(first).toMatchObject({ devices: 2, allocated: 0, busy: 0.25, useful: 0, queued: 0, running: 0 });
  expect(second).toMatchObject({ busy: 1.12345, queued: 1 });
  expect(await store.usage.latest()).toEqual(second);
  const [device] = (await store.nodes.get('here'))!.devices;
  const measured = await store.usage.device(device!.id, { from: new Date(to.getTime() - 30_000), to });
  expect([measured!.busy.length, measured!.memoryBytes]).toEqual([1, [expect.closeTo(3.7, 0)]]);
  await usage.retain();
  expect(await store.usage.latest()).toEqual(second);
});
