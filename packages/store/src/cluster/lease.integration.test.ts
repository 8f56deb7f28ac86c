import { newId } from '@massif/contracts';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestStore, range, sha256, type TestStore } from '../../test/store.ts';
import type { LeaseGuard } from '../store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

let count = 0;
const newName = () => `lease-${++count}`;
/** As if this much time had passed. */
const expire = (name: string) => test.sql("update lease set expires_at = now() - interval '1 ms' where name = $1", [name]);

it('is held by one of many who ask at once', async () => {
  const name = newName();
  const guards = await Promise.all(range(0, 10).map((index) => test.store.lease.acquire({ name, holder: `h${index}`, ttlMs: 60_000 })));
  expect(guards.filter((guard) => guard !== null)).toMatchObject([{ name, epoch: 1 }]);
});

it('keeps its epoch while its holder asks again, and gets another with each new holder', async () => {
  const { lease } = test.store;
  const name = newName();
  const first = await lease.acquire({ name, holder: 'a', ttlMs: 60_000 });
  expect(await lease.acquire({ name, holder: 'a', ttlMs: 60_000 })).toEqual(first);
  expect(await lease.acquire({ name, holder: 'b', ttlMs: 60_000 })).toBeNull();
  expect(await lease.renew(first!, 60_000)).toBe(true);
  await expire(name);
  expect(await lease.renew(first!, 60_000)).toBe(false);
  const second = await lease.acquire({ name, holder: 'b', ttlMs: 60_000 });
  expect(second).toEqual({ name, holder: 'b', epoch: 2 });
  expect(await lease.renew(first!, 60_000)).toBe(false);
  await lease.release(first!);
  expect(await lease.renew(second!, 60_000)).toBe(true);
  await lease.release(second!);
  // The same holder after a pause has missed things, too.
  expect(await lease.acquire({ name, holder: 'b', ttlMs: 60_000 })).toMatchObject({ epoch: 3 });
});

it('says who has it and since when', async () => {
  const { lease } = test.store;
  const name = newName();
  expect(await lease.find(name)).toBeNull();
  const guard = await lease.acquire({ name, holder: 'a', ttlMs: 60_000 });
  const first = (await lease.find(name))!;
  expect(first).toEqual({ holder: 'a', acquiredAt: expect.any(Date) as Date, expiresAt: expect.any(Date) as Date });
  await lease.renew(guard!, 120_000);
  const renewed = (await lease.find(name))!;
  expect([renewed.acquiredAt, renewed.expiresAt > first.expiresAt]).toEqual([first.acquiredAt, true]);
});

it('that was lost lets nothing be written', async () => {
  const { store, submit, node, sql } = test;
  const name = newName();
  const old = (await store.lease.acquire({ name, holder: 'old', ttlMs: 60_000 }))!;
  const { id } = await submit();
  await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'queued', lease: old });
  const waiting = await store.jobs.get('everyProject', id);
  await expire(name);
  const everything = async (lease: LeaseGuard) => [
    await store.jobs.admit({
      jobId: id,
      attemptId: newId('attempt'),
      tokenHash: sha256('x'),
      ranks: [{ rank: 0, nodeId: node.id, deviceId: node.devices[0]!.id }],
      placement: {},
      lease,
    }),
    await store.jobs.transition({ jobId: id, from: ['queued'], to: 'failed', lease }),
    await store.jobs.setReasons([{ jobId: id, reason: { code: 'x', message: 'x' } }], { states: ['queued'], lease }),
  ];
  expect(await everything(old)).toEqual([null, null, undefined]);
  const next = (await store.lease.acquire({ name, holder: 'new', ttlMs: 60_000 }))!;
  expect(await everything(old)).toEqual([null, null, undefined]);
  expect(await everything({ ...next, epoch: next.epoch + 1 })).toEqual([null, null, undefined]);
  expect(await store.jobs.get('everyProject', id)).toEqual(waiting);
  expect(await sql('select 1 from attempt where job_id = $1', [id])).toEqual([]);
  expect(await store.jobs.transition({ jobId: id, from: ['queued'], to: 'failed', lease: next })).toMatchObject({ state: 'failed' });

  const { job, attempt, token } = await test.run([0, 1]);
  await store.checkpoints.commit(token, { step: 1, path: '/c', bytes: 1, files: [] });
  expect(await store.attempts.markLaunched(attempt.id, { lease: old })).toBe(false);
  expect(await store.attempts.replaceToken(attempt.id, sha256('y'), { lease: old })).toBe(false);
  expect(await store.checkpoints.expire(job.id, { keep: 0, lease: old })).toEqual([]);
  expect(await store.checkpoints.latest(job.id)).not.toBeNull();
});

it('is not taken over in the middle of a write that named it', async () => {
  const { store, submit, databaseUrl } = test;
  const name = newName();
  const old = (await store.lease.acquire({ name, holder: 'old', ttlMs: 60_000 }))!;
  const { id } = await submit();
  const slow = new pg.Client({ connectionString: databaseUrl });
  await slow.connect();
  try {
    const waiting = async () =>
      (await test.sql("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")).length;
    // A write that has the job's row keeps the guarded transition waiting, its share of the lease in hand.
    await slow.query('begin');
    await slow.query('select 1 from job where id = $1 for update', [id]);
    const writing = store.jobs.transition({ jobId: id, from: ['submitted'], to: 'queued', lease: old });
    await expect.poll(waiting).toBe(1);
    let taken = false;
    const taking = test.sql("update lease set holder = 'new', epoch = epoch + 1 where name = $1", [name]).then(() => (taken = true));
    await expect.poll(waiting).toBe(2);
    expect(taken).toBe(false);
    await slow.query('commit');
    expect(await writing).toMatchObject({ state: 'queued' });
    await taking;
  } finally {
    await slow.end();
  }
});
