import { newId } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, openTestStore, range, sha256, type TestStore } from '../../test/store.ts';
import type { AdmitJob } from '../store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore({ devices: 8 });
});
afterAll(() => test[Symbol.asyncDispose]());

const queued = async () => {
  const { id } = await test.submit();
  await test.store.jobs.transition({ jobId: id, from: ['submitted'], to: 'planned' });
  return (await test.store.jobs.transition({ jobId: id, from: ['planned'], to: 'queued' }))!;
};
const admission = (jobId: string, devices: readonly number[]): AdmitJob => ({
  jobId,
  attemptId: newId('attempt'),
  tokenHash: sha256('token'),
  ranks: devices.map((index, rank) => ({ rank, nodeId: test.node.id, deviceId: test.node.devices[index]!.id })),
  placement: { devices },
});
const end = (jobId: string) =>
  test.store.jobs.transition({ jobId, from: ['admitted', 'launching', 'running', 'queued', 'submitted', 'recovering'], to: 'cancelled' });

describe('a transition', () => {
  it('happens once, whoever else tries at the same time, with one event', async () => {
    const { store, submit } = test;
    const { id, version } = await submit();
    const results = await Promise.all(
      range(0, 20).map((index) =>
        store.jobs.transition({ jobId: id, from: ['submitted'], to: 'planned', expectedVersion: version, data: { by: index } }),
      ),
    );
    const [winner, ...others] = results.filter((job) => job !== null);
    expect(others).toEqual([]);
    expect(winner).toMatchObject({ state: 'planned', version: version + 1, eventSeq: 2 });
    expect(await store.events.after('everyProject', id)).toMatchObject([
      { seq: 1, type: 'transition', from: null, to: 'submitted' },
      { seq: 2, type: 'transition', from: 'submitted', to: 'planned' },
    ]);
  });

  it('changes nothing when the job is elsewhere by now', async () => {
    const { store, submit } = test;
    const { id } = await submit();
    expect(await store.jobs.transition({ jobId: id, from: ['running'], to: 'failed' })).toBeNull();
    expect(await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'planned', expectedVersion: 9 })).toBeNull();
    expect(await store.jobs.get('everyProject', id)).toMatchObject({ state: 'submitted', version: 1, eventSeq: 1 });
  });

  it('carries its reason, and columns that change with it', async () => {
    const { store, submit } = test;
    const { id } = await submit();
    const notBefore = new Date('2030-01-01T00:00:00.000Z');
    const reason = { code: 'gang_lost', message: 'the supervisor is gone', step: 3 };
    const patch = { notBefore, restarts: 2, restartsWithoutProgress: 1, plan: { a: 1 }, result: { b: 2 } };
    const job = await store.jobs.transition({ jobId: id, from: ['submitted'], to: 'queued', reason, patch, data: { more: true } });
    expect(job).toMatchObject({ reason, ...patch });
    expect((await store.events.after('everyProject', id)).at(-1)).toMatchObject({ reason, data: { more: true } });
    const next = await store.jobs.transition({ jobId: id, from: ['queued'], to: 'failed', patch: { notBefore: null, plan: null } });
    expect(next).toMatchObject({ reason: null, notBefore: null, plan: null, restarts: 2, endedAt: expect.any(Date) as Date });
  });

  it('numbers the events of a job without a gap, whatever writes them at the same time', async () => {
    const { store, run } = test;
    const { job, token } = await run([0, 1]);
    const bounce = async () => {
      for (let i = 0; i < 10; i++) {
        await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'launching' });
        await store.jobs.transition({ jobId: job.id, from: ['launching'], to: 'running' });
      }
    };
    const commits = range(0, 10).map((step) => store.checkpoints.commit(token, { step, path: `/c/${step}`, bytes: 1, files: [] }));
    await Promise.all([
      bounce(),
      bounce(),
      ...commits,
      store.jobs.requestCancel('everyProject', job.id),
      store.attempts.finish(token, { outcome: 'stopped', step: 9 }),
    ]);
    const events = await store.events.after('everyProject', job.id);
    expect(events.map(({ seq }) => seq)).toEqual(range(1, events.length + 1));
    expect((await store.jobs.get('everyProject', job.id))!.eventSeq).toBe(events.length);
    expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(10);
    await end(job.id);
  });

  it('that ends an attempt frees its devices and refuses its token', async () => {
    const { store, run, node } = test;
    const { job, attempt, token } = await run([0, 1]);
    expect((await store.nodes.get(node.id))!.devices.map(({ heldBy }) => heldBy)).toEqual([job.id, job.id, ...Array(6).fill(null)]);
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'succeeded' });
    expect((await store.nodes.get(node.id))!.devices.every(({ heldBy }) => heldBy === null)).toBe(true);
    expect(await store.attempts.verify(token)).toBeNull();
    expect((await store.attempts.get('everyProject', attempt.id))!.endedAt).toBeInstanceOf(Date);
  });
});

describe('admission', () => {
  it('writes attempt, ranks and allocations, and answers what it wrote', async () => {
    const { store } = test;
    const job = await queued();
    const admitted = await store.jobs.admit({ ...admission(job.id, [3, 2]), resumedFrom: 7, expectedVersion: job.version });
    expect(admitted!.job).toEqual(await store.jobs.get('everyProject', job.id));
    expect(admitted!.job).toMatchObject({ state: 'admitted', attempt: 1, version: job.version + 1 });
    expect(admitted!.attempt).toEqual(await store.attempts.ofJob('everyProject', job.id));
    expect(admitted!.attempt).toMatchObject({ resumedFrom: 7, placement: { devices: [3, 2] }, ranks: [{ rank: 0 }, { rank: 1 }] });
    await end(job.id);
  });

  it('never gives a device twice, however many jobs want it at once', async () => {
    const { store, sql } = test;
    const jobs = await Promise.all(range(0, 24).map(queued));
    // Overlapping pairs, named in either order.
    const wanted = jobs.map((job, index) => admission(job.id, index % 2 ? [index % 8, (index + 1) % 8] : [(index + 1) % 8, index % 8]));
    let over = false;
    const watch = async () => {
      while (!over) {
        const twice = await sql('select device_id from allocation where released_at is null group by device_id having count(*) > 1');
        expect(twice).toEqual([]);
      }
    };
    const watching = watch();
    for (let round = 0; round < 4; round++) {
      const admitted = (await Promise.all(wanted.map((each) => store.jobs.admit({ ...each, attemptId: newId('attempt') })))).filter(
        (each) => each !== null,
      );
      expect(admitted.length).toBeGreaterThan(0);
      const held = await sql('select device_id, attempt_id from allocation where released_at is null');
      expect(held).toHaveLength(admitted.length * 2);
      expect(new Set(held.map(({ device_id }) => device_id)).size).toBe(held.length);
      // Of those that were refused nothing is left.
      const [{ n }] = (await sql('select count(*)::integer as n from attempt where ended_at is null')) as [{ n: number }];
      expect(n).toBe(admitted.length);
      for (const { job } of admitted) {
        await store.jobs.transition({ jobId: job.id, from: ['admitted'], to: 'recovering', endAttempt: true });
        await store.jobs.transition({ jobId: job.id, from: ['recovering'], to: 'queued' });
      }
    }
    over = true;
    await watching;
    await Promise.all(jobs.map(({ id }) => end(id)));
  });

  it('of one job by many at once makes one attempt', async () => {
    const { store, sql } = test;
    const job = await queued();
    const results = await Promise.all(range(0, 8).map((index) => store.jobs.admit(admission(job.id, [index]))));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    expect(await sql('select 1 from attempt where job_id = $1', [job.id])).toHaveLength(1);
    await end(job.id);
  });

  it('is refused once somebody asked to cancel', async () => {
    const { store } = test;
    const job = await queued();
    await store.jobs.requestCancel('everyProject', job.id);
    expect(await store.jobs.admit(admission(job.id, [0]))).toBeNull();
  });

  it('of the next attempt numbers it, and its token is the only one that counts', async () => {
    const { store, run, node } = test;
    const first = await run([4, 5]);
    await store.jobs.transition({ jobId: first.job.id, from: ['running'], to: 'recovering', endAttempt: true });
    const second = await launch(store, first.job.id, { node, devices: [5, 6] });
    expect([second.attempt.number, second.job.attempt]).toEqual([2, 2]);
    expect(await store.attempts.verify(first.token)).toBeNull();
    expect(await store.attempts.verify(second.token)).toMatchObject({ number: 2 });
    expect((await store.attempts.list('everyProject', first.job.id)).map(({ number }) => number)).toEqual([2, 1]);
    expect(await store.attempts.ofJob('everyProject', first.job.id, 1)).toMatchObject({ id: first.attempt.id });
    await end(first.job.id);
  });
});

describe('asking to cancel', () => {
  it('is remembered once, with an event, and not of a job that has ended', async () => {
    const { store, submit, projectId } = test;
    const { id } = await submit();
    const reason = { code: 'user', message: 'not needed any more' };
    const asked = await Promise.all(range(0, 8).map(() => store.jobs.requestCancel({ projectId }, id, reason)));
    for (const job of asked) expect(job!.cancelRequestedAt).toEqual(asked[0]!.cancelRequestedAt);
    expect((await store.events.after('everyProject', id)).filter(({ type }) => type === 'cancel')).toMatchObject([{ seq: 2, reason }]);
    const other = await submit();
    await end(other.id);
    expect(await store.jobs.requestCancel('everyProject', other.id)).toMatchObject({ state: 'cancelled', cancelRequestedAt: null });
    expect(await store.jobs.requestCancel({ projectId: newId('project') }, id)).toBeNull();
    expect(await store.jobs.requestCancel('everyProject', newId('job'))).toBeNull();
  });
});

describe('what a job waits for', () => {
  it('is written without an event, and only in the states named', async () => {
    const { store } = test;
    const job = await queued();
    const reason = { code: 'waiting', message: 'for two devices' };
    await store.jobs.setReasons(
      [
        { jobId: job.id, reason },
        { jobId: newId('job'), reason },
      ],
      { states: ['queued'] },
    );
    const waiting = await store.jobs.get('everyProject', job.id);
    expect(waiting).toMatchObject({ reason, version: job.version, eventSeq: job.eventSeq });
    await store.jobs.setReasons([{ jobId: job.id, reason: { ...reason } }], { states: ['queued'] });
    expect(await store.jobs.get('everyProject', job.id)).toEqual(waiting);
    await store.jobs.setReasons([{ jobId: job.id, reason: null }], { states: ['running'] });
    expect(await store.jobs.get('everyProject', job.id)).toMatchObject({ reason });
    await store.jobs.setReasons([{ jobId: job.id, reason: null }], { states: ['queued'] });
    expect(await store.jobs.get('everyProject', job.id)).toMatchObject({ reason: null });
  });
});
