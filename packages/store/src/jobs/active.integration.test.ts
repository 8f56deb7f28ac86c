import { expect, it } from 'vitest';
import { frameOf, openTestStore, range } from '../../test/store.ts';

it('knows what is to be looked after, with the attempt of each job, but for jobs that only wait for devices', async () => {
  await using test = await openTestStore();
  const { store, submit, run } = test;
  const fresh = await submit({ spec: { kind: 'train', limits: { maxRestarts: 3 } } });
  const { job, attempt, token } = await run([0, 1]);
  await store.attempts.ingest(token, frameOf(1, range(0, 3)));
  await store.attempts.finish(token, { outcome: 'failed', code: 'rank_failed', message: 'rank 1 left', step: 3 });
  const [queued, unwanted, ended] = [await submit(), await submit(), await submit()];
  for (const { id } of [queued, unwanted]) await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'queued' });
  await store.jobs.requestCancel('everyProject', unwanted.id);
  await store.jobs.transition({ jobId: ended.id, from: ['submitted'], to: 'failed' });

  const watched = await store.jobs.watched();
  expect(watched.map(({ id }) => id)).toEqual([fresh.id, job.id, unwanted.id]);
  expect(watched[0]).toMatchObject({ state: 'submitted', attempt: 0, limits: { maxRestarts: 3 }, stepTimeMs: null, current: null });
  const { id, admittedAt, launchedAt } = (await store.attempts.get('everyProject', attempt.id))!;
  expect(watched[1]).toEqual({
    id: job.id,
    state: 'running',
    attempt: 1,
    cancelRequestedAt: null,
    restarts: 0,
    restartsWithoutProgress: 0,
    limits: null,
    stepTimeMs: 10,
    current: {
      id,
      admittedAt,
      launchedAt,
      stopRequestedAt: null,
      step: 3,
      outcome: 'failed',
      code: 'rank_failed',
      message: 'rank 1 left',
      heartbeatAt: expect.any(Date) as Date,
      reportedAt: expect.any(Date) as Date,
    },
  });
  expect(watched[2]!.cancelRequestedAt).not.toBeNull();
});

it('knows what is to be placed, oldest first, with what it needs', async () => {
  await using test = await openTestStore();
  const { store, submit, run } = test;
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
  const plan = { layout: { dp: 2 }, memoryGiB: 1.5, explanation: ['long'] };
  const spec = { kind: 'train', resources: { devices: 2, deviceType: 'cpu' } };
  const later = await submit({ createdAt: at(2), spec, plan, priority: 7 });
  const sooner = await submit({ createdAt: at(1) });
  await run([0]);
  const unwanted = await submit();
  await store.jobs.requestCancel('everyProject', unwanted.id);
  await store.jobs.transition({ jobId: later.id, from: ['submitted'], to: 'queued', patch: { notBefore: at(9) } });
  expect(await store.jobs.waiting()).toEqual([
    expect.objectContaining({ id: sooner.id, state: 'submitted', plan: { layout: null, memoryGiB: null } }),
    {
      id: later.id,
      state: 'queued',
      version: 2,
      priority: 7,
      createdAt: at(2),
      notBefore: at(9),
      reason: null,
      resources: spec.resources,
      plan: { layout: { dp: 2 }, memoryGiB: 1.5 },
    },
  ]);
});
