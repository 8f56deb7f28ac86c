import { newId } from '@massif/contracts';
import { expect, it } from 'vitest';
import { exampleJob, frameOf, openTestStore, range, sha256, stepsOf } from '../../test/store.ts';

const dayMs = 24 * 60 * 60 * 1000;

it('partitions are made ahead, take what had gone to the default, and are dropped when they are old', async () => {
  await using test = await openTestStore();
  const { store, run, sql } = test;
  const { job, token } = await run();
  await store.attempts.ingest(token, frameOf(1, range(0, 20)));
  const placed = async (table: string) =>
    (await sql(`select tableoid::regclass::text as place, count(*)::integer as n from ${table} group by 1 order by 1`)).map(
      ({ place, n }) => [place, n],
    );
  expect(await placed('log')).toEqual([['log_default', 20]]);

  const now = new Date();
  const day = now.toISOString().slice(0, 10).replaceAll('-', '');
  const month = day.slice(0, 6);
  await Promise.all(range(0, 4).map(() => store.partitions.ensure(now)));
  expect(await placed('log')).toEqual([[`log_${day}`, 20]]);
  expect(await placed('metric')).toEqual([[`metric_${month}`, 20]]);
  const events = await store.events.after('everyProject', job.id);
  expect(await placed('event')).toEqual([[`event_${month}`, events.length]]);
  await store.attempts.ingest(token, frameOf(2, range(20, 30)));
  // Over the end of a day and of a month, too.
  await store.partitions.ensure(new Date(now.getTime() + 40 * dayMs));
  await store.partitions.ensure(now);
  expect(await placed('log')).toEqual([[`log_${day}`, 30]]);
  expect(await placed('metric')).toEqual([[`metric_${month}`, 30]]);
  expect(await stepsOf(store, job.id)).toHaveLength(30);

  await store.jobs.submit({
    ...exampleJob(test.projectId),
    idempotency: { key: 'k', bodyHash: sha256('k'), status: 201, body: {} },
  });
  expect(await store.partitions.retain(new Date(now.getTime() + dayMs / 2), { logDays: 14 })).toEqual({ dropped: [] });
  expect(await store.logs.count('everyProject', job.id)).toBe(30);
  const { dropped } = await store.partitions.retain(new Date(now.getTime() + 16 * dayMs), { logDays: 14 });
  expect(dropped[0]).toBe(`log_${day}`);
  expect(await store.logs.count('everyProject', job.id)).toBe(0);
  expect(await store.logs.read('everyProject', job.id)).toMatchObject({ items: [], seq: 30, oldestSeq: 31 });
  // What happened to a job, and its loss, are kept.
  expect(await stepsOf(store, job.id)).toHaveLength(30);
  expect(await store.events.after('everyProject', job.id)).toEqual(events);
  expect(await sql('select 1 from idempotency_key')).toEqual([]);
});

it('lines of a job whose id is of another month are still found', async () => {
  await using test = await openTestStore();
  const { store, submit, sql } = test;
  await store.partitions.ensure(new Date());
  const { id } = await submit({ id: newId('job').replace(/^job_.{10}/, 'job_01AAAAAAAA') });
  await sql('insert into metric (job_id, step, project_id, seq, attempt, loss) values ($1, 0, $2, 1, 1, 3)', [id, test.projectId]);
  expect(await stepsOf(store, id, ['loss'])).toMatchObject([{ values: [0, 3] }]);
});

it('jobs move on while partitions are made', async () => {
  // Often enough that some rows meet a partition that is just made.
  for (let round = 0; round < 15; round++) {
    await using test = await openTestStore();
    const { store, submit } = test;
    const ids = await Promise.all(range(0, 10).map(async () => (await submit()).id));
    const [moved] = await Promise.all([
      Promise.all(ids.map((jobId) => store.jobs.transition({ jobId, from: ['submitted'], to: 'planned' }))),
      store.partitions.ensure(new Date()),
    ]);
    expect(moved.map((job) => job?.state)).toEqual(ids.map(() => 'planned'));
  }
});

it('the number of an event is unique in its job, in every partition', async () => {
  await using test = await openTestStore();
  const { store, submit, sql } = test;
  const early = await submit();
  await store.partitions.ensure(new Date());
  const ids = [early.id, (await submit()).id];
  const old = await submit({ id: newId('job').replace(/^job_.{10}/, 'job_01AAAAAAAA') });
  for (const id of [...ids, old.id]) {
    const seqs = (await store.events.after('everyProject', id)).map(({ seq }) => seq);
    expect(seqs).toEqual(range(1, seqs.length + 1));
    await expect(sql("insert into event (job_id, seq, project_id, type) values ($1, 1, '', 'x')", [id])).rejects.toThrow('duplicate key');
  }
});
