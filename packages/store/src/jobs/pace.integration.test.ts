import { expect, it } from 'vitest';
import { frameOf, launch, openTestStore, range } from '../../test/store.ts';

it('says how fast jobs run beside their plans, while somebody trains at them', async () => {
  await using test = await openTestStore({ devices: 3 });
  const { store, submit, node, sql } = test;
  const start = async (device: number, plan: object | null) => {
    const { id } = await submit({ plan: plan as Record<string, unknown> | null });
    return await launch(store, id, { node, devices: [device] });
  };
  const planned = await start(0, { mfu: 0.4, tokensPerSecond: 5000 });
  const unplanned = await start(1, null);
  const silent = await start(2, { mfu: 0.5, tokensPerSecond: 1 });
  await submit();
  for (const { token } of [planned, unplanned, silent]) await store.attempts.ingest(token, frameOf(1, range(0, 3)));
  await sql("update attempt set heartbeat_at = now() - interval '1 minute' where id = $1", [silent.attempt.id]);
  const of = (jobId: string, plannedMfu: number | null, plannedTokensPerSecond: number | null, tokensPerSecond: number | null) => ({
    jobId,
    plannedMfu,
    plannedTokensPerSecond,
    tokensPerSecond,
  });
  const paces = await store.jobs.pace();
  expect(paces).toHaveLength(3);
  expect(paces).toEqual(
    expect.arrayContaining([of(planned.job.id, 0.4, 5000, 6400), of(unplanned.job.id, null, null, 6400), of(silent.job.id, 0.5, 1, null)]),
  );
  await store.jobs.transition({ jobId: planned.job.id, from: ['running'], to: 'succeeded' });
  expect(await store.jobs.pace()).toHaveLength(2);
});
