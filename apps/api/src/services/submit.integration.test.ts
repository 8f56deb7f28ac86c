import type { DryRun, Plan, TrainSpec } from '@massif/contracts';
import { schedule, snapshotOf } from '@massif/scheduler';
import { expect, it } from 'vitest';
import { startTestApi, tinySpec } from '../../test/api.ts';

it.each([
  ['a job that fits', {}],
  ['a cap beyond every device: what the plan needs decides', { resources: { devices: 2, memoryPerDevice: '64GiB' } }],
  ['a job behind others', {}, 2],
])('a dry run says what placement will do with %s', async (_, change, ahead = 0) => {
  await using api = await startTestApi();
  for (let job = 0; job < ahead; job++) await api.submit({});
  const cancelled = await api.submit({ priority: 5 });
  expect((await api.ask('POST', `jobs/${cancelled.id}/cancel`)).status).toBeLessThan(300);

  const dryRun = await api.ask<DryRun>('POST', 'jobs?dryRun=true', { body: { ...tinySpec, ...change } });
  expect(dryRun.status, dryRun.text).toBe(200);
  const { id } = await api.submit(change);
  // As the controller asks, once all are queued.
  const jobs = await api.store.jobs.waiting();
  const { admissions, reasons } = schedule(
    snapshotOf({
      nodes: await api.store.nodes.list(),
      jobs: jobs.map((job) => ({ ...job, deviceType: (job.resources as TrainSpec['resources']).deviceType, plan: job.plan as Plan })),
    }),
  );
  expect(dryRun.body.reasons).toEqual(reasons.find(({ jobId }) => jobId === id)?.reasons ?? []);
  expect(dryRun.body.reasons.length === 0).toBe(admissions.some(({ jobId }) => jobId === id));
  expect(dryRun.body.reasons.length > 0).toBe(ahead > 0);
});
