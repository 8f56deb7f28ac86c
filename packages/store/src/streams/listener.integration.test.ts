import { expect, it } from 'vitest';
import { frameOf, openTestStore, range } from '../../test/store.ts';

type Change = { jobId: string; topic: string } | 'listening';

it('wakes whoever reads a job, by topic, after the write', async () => {
  await using test = await openTestStore();
  const { store, run } = test;
  const { job, token } = await run([0, 1]);
  const other = await run([2, 3]);
  const [all, events, own]: Change[][] = [[], [], []];
  const ends = [
    store.listener.subscribe({ onChange: (change) => all!.push(change) }),
    store.listener.subscribe({ jobId: job.id, topics: ['event'], onChange: (change) => events!.push(change) }),
    store.listener.subscribe({ jobId: job.id, onChange: (change) => own!.push(change) }),
  ];
  await store.listener.ready();
  for (const changes of [all, events, own]) expect(changes!.splice(0)).toEqual(['listening']);
  await store.attempts.ingest(token, frameOf(1, range(0, 3)));
  await store.jobs.requestCancel('everyProject', job.id);
  await store.jobs.transition({ jobId: other.job.id, from: ['running'], to: 'succeeded' });
  await expect.poll(() => all!.length).toBe(4);
  expect(events).toEqual([{ jobId: job.id, topic: 'event' }]);
  expect(own!.map((change) => (change as { topic: string }).topic).toSorted()).toEqual(['event', 'log', 'metric']);
  // A frame that comes again wakes nobody.
  ends[0]!();
  await store.attempts.ingest(token, frameOf(1, range(0, 3)));
  await store.checkpoints.commit(token, { step: 3, path: '/c', bytes: 1, files: [] });
  await expect.poll(() => own!.length).toBe(4);
  expect(own!.at(-1)).toEqual({ jobId: job.id, topic: 'event' });
  expect(all).toHaveLength(4);
});

it('tells whoever reads before it listens to look once more, and nobody else', async () => {
  await using test = await openTestStore();
  const { store, run } = test;
  const [early, late]: Change[][] = [[], []];
  store.listener.subscribe({ onChange: (change) => early!.push(change) });
  // Before it listens, nobody is told of this.
  await run([0]);
  await store.listener.ready();
  store.listener.subscribe({ onChange: (change) => late!.push(change) });
  expect(early).toContain('listening');
  const { job } = await run([1]);
  await expect.poll(() => late!.some((change) => change !== 'listening' && change.jobId === job.id)).toBe(true);
  expect(late).not.toContain('listening');
});

it('wakes whoever waits for an attempt to begin by its first heartbeat, and by no other', async () => {
  await using test = await openTestStore();
  const { store, run } = test;
  const { job, token } = await run([0]);
  const seen: Change[] = [];
  store.listener.subscribe({ onChange: (change) => seen.push(change) });
  await store.listener.ready();
  seen.length = 0;
  for (let beat = 0; beat < 3; beat++) await store.attempts.heartbeat(token, []);
  await store.jobs.requestCancel('everyProject', job.id);
  await store.attempts.ingest(token, frameOf(1, [0]));
  await expect.poll(() => seen.length).toBe(4);
  expect(seen.map((change) => (change as { topic: string }).topic).toSorted()).toEqual(['event', 'event', 'log', 'metric']);
});

it('listens again after its connection was cut, and says that something may have been missed', async () => {
  await using test = await openTestStore();
  const { store, run, sql } = test;
  const { job, token } = await run();
  const seen: Change[] = [];
  store.listener.subscribe({ jobId: job.id, topics: ['metric'], onChange: (change) => seen.push(change) });
  await store.listener.ready();
  for (const round of range(1, 4)) {
    await sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'massif listener' and datname = current_database()",
    );
    await expect.poll(() => seen.filter((change) => change === 'listening').length, { timeout: 10_000 }).toBe(round + 1);
    await store.attempts.ingest(token, frameOf(round, [round]));
    await expect.poll(() => seen.filter((change) => change !== 'listening').length).toBe(round);
  }
});
