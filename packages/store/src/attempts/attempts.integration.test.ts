import { newId } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameOf, launch, openTestStore, range, sha256, stepsOf, type TestStore } from '../../test/store.ts';
import type { AttemptToken } from '../store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore({ devices: 64 });
});
afterAll(() => test[Symbol.asyncDispose]());

let nextDevice = 0;
/** Two devices that no other test uses. */
const twoDevices = () => [nextDevice++, nextDevice++];
const refused = { code: 'attempt_fenced', status: 409 };

/** Every row that an attempt can write, of the whole database. */
const everything = async () => {
  const tables = ['job', 'progress', 'attempt', 'rank', 'event', 'evaluation', 'checkpoint', 'metric', 'log'];
  const rows = await Promise.all(tables.map((table) => test.sql(`select '${table}' as name, t.* from ${table} t order by t::text`)));
  return rows;
};

const writes: Record<string, (token: AttemptToken) => Promise<unknown>> = {
  heartbeat: (token) => test.store.attempts.heartbeat(token, [{ rank: 0, pid: 77, state: 'running', step: 9 }]),
  ingest: (token) => test.store.attempts.ingest(token, frameOf(1, [0, 1, 2])),
  commit: (token) => test.store.checkpoints.commit(token, { step: 3, path: '/c', bytes: 1, files: [] }),
  finish: (token) => test.store.attempts.finish(token, { outcome: 'succeeded', step: 10 }),
};

describe('an attempt that may not write', () => {
  it.each(Object.keys(writes))('writes nothing anywhere by %s once it has ended', async (name) => {
    const { store, run } = test;
    const { job, token } = await run(twoDevices());
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'recovering', endAttempt: true });
    const before = await everything();
    await expect(writes[name]!(token)).rejects.toMatchObject(refused);
    expect(await everything()).toEqual(before);
  });

  it.each(Object.keys(writes))('writes nothing anywhere by %s with a wrong token, or for an attempt that never was', async (name) => {
    const { token } = await test.run(twoDevices());
    const before = await everything();
    await expect(writes[name]!({ ...token, tokenHash: sha256('guess') })).rejects.toMatchObject(refused);
    await expect(writes[name]!({ ...token, attemptId: newId('attempt') })).rejects.toMatchObject(refused);
    expect(await everything()).toEqual(before);
  });

  it('writes nothing while the controller ends it at the same time', async () => {
    const { store, run, sql } = test;
    const { job, token } = await run(twoDevices());
    let seq = 0;
    let ended = false;
    const write = async () => {
      // Acknowledged or refused, never in between.
      while (!ended || seq === 0) {
        const next = seq + 1;
        try {
          await store.attempts.ingest(token, frameOf(next, [next]));
          seq = next;
        } catch (error) {
          expect(error).toMatchObject(refused);
          return;
        }
      }
    };
    const writing = write();
    await expect.poll(() => seq).toBeGreaterThan(3);
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'recovering', endAttempt: true });
    const [attEnd] = await sql('select frame_seq from attempt where id = $1', [token.attemptId]);
    ended = true;
    await writing;
    expect(await sql('select frame_seq from attempt where id = $1', [token.attemptId])).toEqual([attEnd]);
    expect(await stepsOf(store, job.id)).toHaveLength(Number(attEnd!['frame_seq']));
  });
});

describe('frames', () => {
  it('are taken in once, in order, and tell how far the job is', async () => {
    const { store, run } = test;
    const { job, token } = await run(twoDevices());
    expect(await store.attempts.ingest(token, frameOf(1, range(0, 5)))).toEqual({ ackSeq: 1 });
    expect(await store.attempts.ingest(token, frameOf(1, range(0, 5)))).toEqual({ ackSeq: 1 });
    // One is missing: it is not taken in, and the answer says what is.
    expect(await store.attempts.ingest(token, frameOf(3, range(10, 12)))).toEqual({ ackSeq: 1 });
    expect(await store.attempts.ingest(token, frameOf(2, range(5, 12)))).toEqual({ ackSeq: 2 });
    const steps = await stepsOf(store, job.id, ['loss', 'deviceBytes']);
    expect(steps.map(({ values }) => values)).toEqual(range(0, 12).map((step) => [step, 5 - step / 1000, 4096]));
    // The evaluation after 10 steps.
    expect(steps.map(({ evaluationLoss }) => evaluationLoss)).toEqual(
      range(0, 12).map((step) => (step === 9 ? 5 - 10 / 1000 + 0.1 : null)),
    );
    expect(await store.metrics.lastSeq('everyProject', job.id)).toBe(13);
    expect((await store.logs.read('everyProject', job.id)).items.map(({ seq: at, line }) => [at, line])).toEqual(
      range(0, 12).map((step) => [step + 1, `step ${step}`]),
    );
    expect((await store.jobs.get('everyProject', job.id))!.progress).toMatchObject({
      step: 11,
      loss: 5 - 11 / 1000,
      evaluationLoss: 5 - 10 / 1000 + 0.1,
      tokens: 64 * 12,
      stepTimeMs: 10,
      tokensPerSecond: 6400,
    });
  });

  it('tell a speed that does not jump with each of them, begins anew with an attempt, and is that of a job that runs', async () => {
    const { store, run, node, sql } = test;
    const devices = twoDevices();
    const { job, token } = await run(devices);
    const progress = async () => (await store.jobs.get('everyProject', job.id))!.progress!;
    const timed = (seq: number, steps: readonly number[], stepTimeMs: number) => ({
      ...frameOf(seq, steps),
      metrics: { columns: ['step', 'tokens', 'stepTimeMs'], rows: steps.map((step) => [step, 64 * (step + 1), stepTimeMs]) },
    });
    // 10 s of steps of 100 ms: as many as are averaged over.
    await store.attempts.ingest(token, timed(1, range(0, 100), 100));
    expect(await progress()).toMatchObject({ stepTimeMs: 100, tokensPerSecond: 640, live: true });
    // A second in which each took eight times as long, which would have made 7 minutes of one.
    await store.attempts.ingest(token, timed(2, [100], 800));
    const { stepTimeMs, tokensPerSecond } = await progress();
    expect(stepTimeMs).toBeGreaterThan(110);
    expect(stepTimeMs).toBeLessThan(150);
    expect(tokensPerSecond).toBeCloseTo(64_000 / stepTimeMs!, 6);
    for (const index of range(0, 60)) await store.attempts.ingest(token, timed(3 + index, [101 + index], 800));
    expect((await progress()).stepTimeMs).toBeGreaterThan(700);
    await sql("update attempt set heartbeat_at = heartbeat_at - interval '45 seconds' where id = $1", [token.attemptId]);
    expect((await progress()).live).toBe(false);
    await store.attempts.heartbeat(token, []);
    expect((await progress()).live).toBe(true);
    await store.attempts.finish(token, { outcome: 'stopped', step: 161 });
    expect((await progress()).live).toBe(false);
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'recovering', endAttempt: true });
    const second = await launch(store, job.id, { node, devices, resumedFrom: 161 });
    // Its ranks load the checkpoint; what is known is the speed of the attempt before.
    await store.attempts.heartbeat(second.token, []);
    expect((await progress()).live).toBe(false);
    await store.attempts.ingest(second.token, timed(1, [161, 162], 50));
    expect(await progress()).toMatchObject({ stepTimeMs: 50, tokensPerSecond: 1280, live: true });
  });

  it.each([1e-320, 1e308, -1, 0])('with a time of %s ms for a step tell no speed', async (stepTimeMs) => {
    const { store, run } = test;
    const { job, token } = await run(twoDevices());
    const metrics = { columns: ['step', 'tokens', 'stepTimeMs'], rows: [[0, 64, stepTimeMs]] };
    expect(await store.attempts.ingest(token, { seq: 1, metrics, evaluations: [], logs: [] })).toEqual({ ackSeq: 1 });
    expect((await store.jobs.get('everyProject', job.id))!.progress).toMatchObject({ step: 0, stepTimeMs: null, tokensPerSecond: null });
  });

  it('that arrive many times at once are written once', async () => {
    const { store, run } = test;
    const { job, token } = await run(twoDevices());
    for (const seq of range(1, 6)) {
      const answers = await Promise.all(range(0, 8).map(() => store.attempts.ingest(token, frameOf(seq, range(seq * 10, seq * 10 + 10)))));
      expect(new Set(answers.map(({ ackSeq }) => ackSeq))).toEqual(new Set([seq]));
    }
    expect(await store.logs.count('everyProject', job.id)).toBe(50);
    expect(await store.metrics.lastSeq('everyProject', job.id)).toBe(55);
  });

  it('of a later attempt replace the steps that it goes over again, and only these', async () => {
    const { store, run, node } = test;
    const devices = twoDevices();
    const { job, token } = await run(devices);
    await store.attempts.ingest(token, frameOf(1, range(0, 30)));
    const seq = await store.metrics.lastSeq('everyProject', job.id);
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'recovering', endAttempt: true });
    const second = await launch(store, job.id, { node, devices });
    await store.attempts.ingest(second.token, frameOf(1, range(20, 25), { loss: () => 1 }));
    const steps = await stepsOf(store, job.id, ['attempt', 'loss']);
    expect(steps.map(({ values }) => values)).toEqual(
      range(0, 30).map((step) => (step >= 20 && step < 25 ? [step, 2, 1] : [step, 1, 5 - step / 1000])),
    );
    expect(steps.flatMap(({ evaluationLoss }) => evaluationLoss ?? [])).toEqual([5.09, 1.1]);
    const after = await store.metrics.after('everyProject', job.id, { seq, columns: ['step', 'attempt', 'loss'] });
    // The evaluation after 20 steps, which came again, belongs to step 19.
    expect(await store.attempts.ofJob('everyProject', job.id)).toMatchObject({ number: 2, step: 25 });
    expect(after.steps.map(({ values }) => values)).toEqual([[19, 1, 5 - 19 / 1000], ...range(20, 25).map((step) => [step, 2, 1])]);
    expect((await store.jobs.get('everyProject', job.id))!.progress).toMatchObject({ step: 24, loss: 1 });
  });

  it('may say the same step twice, hold numbers that are none, and text that PostgreSQL does not store', async () => {
    const { store, run, sql } = test;
    const { job, token } = await run(twoDevices());
    await store.attempts.ingest(token, {
      seq: 1,
      metrics: {
        columns: ['step', 'loss', 'other'],
        rows: [
          [0, 1, 1],
          [0, 2, null],
          [1, Number.NaN, Infinity],
        ],
      },
      evaluations: [
        { step: 1, loss: 3 },
        { step: 1, loss: null },
      ],
      logs: [{ rank: -1, time: '2026-01-31T12:34:56.789Z', stream: 'system', line: 'nul \0 half \uD800 whole \u{1F600}' }],
    });
    expect((await stepsOf(store, job.id, ['loss', 'other'])).map(({ values }) => values)).toEqual([
      [0, 2, null],
      [1, null, null],
    ]);
    expect(await sql('select step, loss from evaluation where job_id = $1', [job.id])).toEqual([{ step: 1, loss: null }]);
    const [line] = (await store.logs.read('everyProject', job.id)).items;
    expect(line).toMatchObject({ rank: -1, line: 'nul \uFFFD half \uFFFD whole \u{1F600}', time: new Date('2026-01-31T12:34:56.789Z') });
  });
});

describe('the life of an attempt', () => {
  it('is told by its supervisor: ranks, a request to stop, the end', async () => {
    const { store, run } = test;
    const { job, attempt, token } = await run(twoDevices());
    expect(await store.attempts.get('everyProject', attempt.id)).toMatchObject({ heartbeatAt: null, launchedAt: expect.any(Date) as Date });
    const ranks = [0, 1].map((rank) => ({ rank, pid: 100 + rank, state: 'running' as const, step: 4 }));
    expect(await store.attempts.heartbeat(token, ranks)).toEqual({ stop: false, jobId: job.id });
    await store.jobs.requestCancel('everyProject', job.id);
    expect(await store.attempts.heartbeat(token, ranks)).toEqual({ stop: true, jobId: job.id });
    const report = { outcome: 'stopped' as const, message: 'asked to', step: 5, result: { model: '/m' } };
    expect(await store.attempts.finish(token, report)).toEqual({ jobId: job.id });
    expect(await store.attempts.finish(token, report)).toEqual({ jobId: job.id });
    expect(await store.attempts.ofJob('everyProject', job.id)).toMatchObject({
      id: attempt.id,
      number: 1,
      outcome: 'stopped',
      message: 'asked to',
      step: 5,
      result: { model: '/m' },
      reportedAt: expect.any(Date) as Date,
      endedAt: null,
      ranks: [
        { rank: 0, pid: 100, state: 'running', step: 4 },
        { rank: 1, pid: 101, state: 'running', step: 4 },
      ],
    });
    const events = await store.events.after('everyProject', job.id);
    expect(events.map(({ seq }) => seq)).toEqual(range(1, events.length + 1));
    expect(events.slice(-2)).toMatchObject([{ type: 'cancel' }, { type: 'attempt', data: { outcome: 'stopped', step: 5 } }]);
  });

  it('has another token only while nothing was heard of it', async () => {
    const { store, run } = test;
    const { token } = await run(twoDevices());
    const tokenHash = sha256('second');
    expect(await store.attempts.replaceToken(token.attemptId, tokenHash)).toBe(true);
    expect(await store.attempts.verify(token)).toBeNull();
    await expect(store.attempts.heartbeat(token, [])).rejects.toMatchObject(refused);
    await store.attempts.heartbeat({ ...token, tokenHash }, []);
    expect(await store.attempts.replaceToken(token.attemptId, sha256('third'))).toBe(false);
    expect(await store.attempts.verify({ ...token, tokenHash })).toMatchObject({ number: 1 });
  });
});

it('the time that the attempts of a job ran is from their launch to when they were last known to live', async () => {
  const { store, run, node, sql } = test;
  const devices = twoDevices();
  const { job, attempt } = await run(devices);
  const times = (id: string, ranMs: number | null) =>
    sql("update attempt set launched_at = '2026-01-01', heartbeat_at = timestamptz '2026-01-01' + $2 * interval '1 ms' where id = $1", [
      id,
      ranMs,
    ]);
  for (const ranMs of [1500, null, -10]) {
    const current = (await store.attempts.ofJob('everyProject', job.id))!;
    await times(current.id, ranMs);
    await store.jobs.transition({ jobId: job.id, from: ['running'], to: 'recovering', endAttempt: true });
    await launch(store, job.id, { node, devices });
  }
  expect(await store.attempts.ranMs(job.id, { beforeNumber: 4 })).toBe(1500);
  await times((await store.attempts.ofJob('everyProject', job.id, 2))!.id, 700);
  expect(await store.attempts.ranMs(job.id, { beforeNumber: 4 })).toBe(2200);
  expect(await store.attempts.ranMs(job.id, { beforeNumber: 2 })).toBe(1500);
  // One that lives, heard of or not, is asked to leave; the first time counts.
  const { id } = (await store.attempts.ofJob('everyProject', job.id))!;
  const stopRequestedAt = async () => (await store.attempts.get('everyProject', id))!.stopRequestedAt;
  await store.attempts.markStopRequested(id);
  await sql("update attempt set launched_at = stop_requested_at - interval '250 ms', heartbeat_at = null where id = $1", [id]);
  const first = await stopRequestedAt();
  await store.attempts.markStopRequested(id);
  expect(await stopRequestedAt()).toEqual(first);
  expect(await store.attempts.ranMs(job.id, { beforeNumber: 5 })).toBe(2450);
  expect(await store.attempts.ranMs(attempt.jobId, { beforeNumber: 1 })).toBe(0);
});
