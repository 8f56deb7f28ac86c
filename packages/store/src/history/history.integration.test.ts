import { newId } from '@massif/contracts';
import { expect, it } from 'vitest';
import { frameOf, launch, openTestStore, range, sha256, type TestStore } from '../../test/store.ts';
import type { Attempt } from '../rows.ts';
import type { PastJob } from './past-job.ts';

const tables = ['job', 'progress', 'event', 'attempt', 'rank', 'allocation', 'metric', 'evaluation', 'checkpoint', 'log'];
/** What a job that was written as history does not have: numbers of frames, when a row was last touched, ids of its own. */
const beside: Record<string, string[]> = {
  attempt: ['frame_seq', 'stop_requested_at'],
  allocation: ['id'],
  rank: ['updated_at', 'step'],
  job: ['updated_at'],
  progress: ['updated_at'],
  log: ['received_at'],
};

/** Every row of a job, in an order that does not depend on when it was written. */
async function dump({ sql }: TestStore, jobId: string) {
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    const key = table === 'job' ? 'id' : table === 'rank' ? 'attempt_id' : 'job_id';
    const where = table === 'rank' ? 'attempt_id in (select id from attempt where job_id = $1)' : `${key} = $1`;
    const found = await sql(`select * from ${table} where ${where}`, [jobId]);
    rows[table] = found
      .map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !beside[table]?.includes(name))))
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return rows;
}

/** A job that lived: trained, lost its gang, went on from a checkpoint and succeeded. */
async function live(test: TestStore): Promise<string> {
  const { store, run, node } = test;
  const first = await run([0, 1]);
  const jobId = first.job.id;
  await store.attempts.heartbeat(first.token, [
    { rank: 0, pid: 11, state: 'running', step: 0 },
    { rank: 1, pid: 12, state: 'running', step: 0 },
  ]);
  await store.attempts.ingest(first.token, frameOf(1, range(0, 20)));
  await store.checkpoints.commit(first.token, { step: 20, path: '/c/20', bytes: 7, files: [{ path: 'a', bytes: 7, sha256: 'ab' }] });
  await store.attempts.finish(first.token, { outcome: 'failed', code: 'rank_failed', message: 'rank 1 left', step: 20 });
  const reason = { code: 'rank_failed', message: 'rank 1 left' };
  const patch = { restarts: 1, restartsWithoutProgress: 0 };
  await store.jobs.transition({ jobId, from: ['running'], to: 'recovering', reason, endAttempt: true, patch });
  const second = await launch(store, jobId, { node, devices: [2, 3], resumedFrom: 20 });
  await store.attempts.ingest(second.token, frameOf(1, range(20, 45)));
  await store.checkpoints.commit(second.token, { step: 40, path: '/c/40', bytes: 7, files: [] });
  for (const { id } of await store.checkpoints.expire(jobId, { keep: 1 })) await store.checkpoints.markRemoved([id]);
  await store.attempts.finish(second.token, { outcome: 'succeeded', step: 45, result: { model: { path: '/m' } } });
  await store.jobs.transition({
    jobId,
    from: ['running'],
    to: 'succeeded',
    patch: { result: { model: { path: '/m' }, checkpoint: '/c/40' } },
  });
  return jobId;
}

/** The same job as it is told afterwards. */
async function tell({ store, sql }: TestStore, jobId: string): Promise<PastJob> {
  const job = (await store.jobs.get('everyProject', jobId))!;
  const attempts = (await store.attempts.list('everyProject', jobId)).toReversed();
  const hashes = await sql('select id, token_hash from attempt where job_id = $1', [jobId]);
  const hashOf = ({ id }: Attempt) => hashes.find((row) => row['id'] === id)!['token_hash'] as Buffer;
  const steps = await sql('select * from metric where job_id = $1 order by step', [jobId]);
  const evaluations = await sql('select step, attempt, time, loss from evaluation where job_id = $1 order by step', [jobId]);
  const checkpoints = await sql('select * from checkpoint where job_id = $1 order by committed_at', [jobId]);
  return {
    job,
    events: (await store.events.after('everyProject', jobId)).map(({ seq: _, ...event }) => event),
    attempts: attempts.map((attempt) => ({ ...attempt, tokenHash: hashOf(attempt) })),
    steps: steps.map((row) => ({
      step: row['step'] as number,
      attempt: row['attempt'] as number,
      time: row['time'] as Date,
      loss: row['loss'] as number,
      gradNorm: row['grad_norm'] as number,
      tokens: row['tokens'] as number,
      stepTimeMs: row['step_time_ms'] as number,
      learningRate: row['learning_rate'] as number,
      deviceBytes: (row['extra'] as { deviceBytes: number }).deviceBytes,
    })),
    evaluations: evaluations as unknown as PastJob['evaluations'],
    checkpoints: checkpoints.map((row) => ({
      id: row['id'] as string,
      attemptId: row['attempt_id'] as string,
      step: row['step'] as number,
      path: row['path'] as string,
      bytes: Number(row['bytes']),
      files: row['files'] as PastJob['checkpoints'][number]['files'],
      committedAt: row['committed_at'] as Date,
      expiredAt: row['expired_at'] as Date | null,
    })),
    logs: (await store.logs.read('everyProject', jobId)).items,
  };
}

it('writes a past job as it would be had it lived here', async () => {
  await using test = await openTestStore({ devices: 4 });
  const jobId = await live(test);
  const past = await tell(test, jobId);
  const lived = await dump(test, jobId);
  await test.sql('delete from job where id = $1', [jobId]);
  for (const table of ['event', 'metric', 'log']) await test.sql(`delete from ${table} where job_id = $1`, [jobId]);
  await test.store.history.write([past]);
  const written = await dump(test, jobId);
  // The checkpoint's files were deleted after it had been taken off the list, however soon.
  const same = (rows: typeof lived) => ({
    ...rows,
    checkpoint: (rows['checkpoint'] as Record<string, unknown>[]).map((row) => ({ ...row, removed_at: row['removed_at'] !== null })),
  });
  expect(same(written)).toEqual(same(lived));
});

it('goes on with what still runs: its attempt reports, its devices are held', async () => {
  await using test = await openTestStore({ devices: 2 });
  const { store, run, node, sql } = test;
  const { job, token } = await run([0, 1]);
  await store.attempts.ingest(token, frameOf(1, range(0, 20)));
  const past = await tell(test, job.id);
  await sql('delete from job where id = $1', [job.id]);
  for (const table of ['event', 'metric', 'log']) await sql(`delete from ${table} where job_id = $1`, [job.id]);
  const idle = { ...past, job: { ...past.job, id: newId('job') }, events: past.events.slice(0, 1), attempts: [], steps: [], logs: [] };
  await store.history.write([past, { ...idle, evaluations: [], checkpoints: [] }]);
  expect((await store.nodes.list())[0]!.devices.map(({ heldBy }) => heldBy)).toEqual([job.id, job.id]);
  expect(await store.attempts.ingest(token, frameOf(1, range(20, 25)))).toEqual({ ackSeq: 1 });
  expect((await store.jobs.get('everyProject', job.id))!.progress).toMatchObject({ step: 24, live: true });
  expect(await store.metrics.count('everyProject', job.id)).toBe(25);
  expect((await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'succeeded' }))!.eventSeq).toBe(job.eventSeq + 1);
  await launch(store, idle.job.id, { node, devices: [0, 1] });
  expect((await store.jobs.get('everyProject', idle.job.id))!.state).toBe('running');
  await expect(store.attempts.verify({ ...token, tokenHash: sha256('x') })).resolves.toBeNull();
});

it('writes how much the cluster was used', async () => {
  await using test = await openTestStore();
  const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index * 30_000);
  const sample = { devices: 4, allocated: 3, busy: 2.5, useful: null, queued: 1, running: 2 };
  await test.store.history.writeUsage(range(0, 500).map((index) => ({ time: at(index), ...sample })));
  await test.store.history.writeUsage([{ time: at(499), ...sample }]);
  expect(await test.store.usage.latest()).toEqual({ time: at(499), ...sample });
  const { busy } = await test.store.usage.cluster({ from: at(0), to: at(499), points: 10 });
  expect(busy).toEqual(Array(10).fill(2.5));
});
