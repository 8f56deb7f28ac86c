import { AppError, newId } from '@massif/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleJob, frameOf, prepareStore, range, stepsOf, type TestStore } from '../../test/store.ts';
import { migrate } from '../migrate/migrate.ts';
import { temporaryDirectory } from '../testing/index.ts';
import { startPostgres, type RunningPostgres } from './start.ts';

const directory = temporaryDirectory();
let postgres: RunningPostgres;
let test: TestStore;

beforeAll(async () => {
  postgres = await startPostgres({ directory });
  await migrate({ databaseUrl: postgres.url });
  test = await prepareStore(postgres.url);
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await postgres.stop();
});

it(
  'loses nothing acknowledged when PostgreSQL is killed, tells callers meanwhile, and goes on by itself',
  { timeout: 120_000 },
  async () => {
    const { store, run, projectId } = test;
    const { job, token } = await run();
    const acknowledged = { jobs: new Set<string>(), frames: 0, checkpoints: new Set<number>() };
    const failures: unknown[] = [];
    let woken = 0;
    let listening = 0;
    store.listener.subscribe({ jobId: job.id, onChange: (change) => (change === 'listening' ? listening++ : woken++) });
    await store.listener.ready();
    expect(listening).toBe(1);
    let over = false;

    /** Does it again and again, also after an error, which must be the one that says to try again. */
    const persist = async (work: (round: number) => Promise<unknown>) => {
      for (let round = 1; !over; round++) {
        for (;;) {
          try {
            await work(round);
            break;
          } catch (error) {
            failures.push(error);
            // What a caller does: a moment later, again.
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      }
    };
    const working = [
      persist(async () => {
        const submitted = await store.jobs.submit(exampleJob(projectId));
        if (!submitted.replayed) acknowledged.jobs.add(submitted.job.id);
      }),
      persist(async (round) => {
        // A frame whose answer was lost comes again under the same number.
        const { ackSeq } = await store.attempts.ingest(token, frameOf(round, [round]));
        expect(ackSeq).toBe(round);
        acknowledged.frames = ackSeq;
      }),
      persist(async (round) => {
        await store.checkpoints.commit(token, { step: round, path: `/c/${round}`, bytes: 1, files: [] });
        acknowledged.checkpoints.add(round);
      }),
      persist(() => store.jobs.list('everyProject', { limit: 5 })),
      persist(() => store.nodes.list()),
      persist(() => store.tokens.verify('massif_unknown')),
    ];

    const port = Number(new URL(postgres.url).port);
    for (const round of range(1, 4)) {
      const before = acknowledged.frames;
      await expect.poll(() => acknowledged.frames, { timeout: 20_000 }).toBeGreaterThan(before + 5);
      const failed = failures.length;
      process.kill(postgres.pid, 'SIGKILL');
      expect(await postgres.exited).toContain('SIGKILL');
      await expect.poll(() => failures.length, { timeout: 10_000 }).toBeGreaterThan(failed);
      await expect(store.ping()).rejects.toMatchObject({ code: 'service_unavailable', retryable: true });
      postgres = await startPostgres({ directory, port });
      expect(Number(new URL(postgres.url).port)).toBe(port);
      await expect.poll(() => listening, { timeout: 20_000 }).toBe(round + 1);
    }
    const heard = woken;
    await expect.poll(() => woken, { timeout: 20_000 }).toBeGreaterThan(heard);
    over = true;
    await Promise.all(working);

    expect(failures.map((error) => (error instanceof AppError ? error.code : error))).toEqual(failures.map(() => 'service_unavailable'));
    const jobs = await test.sql('select id from job');
    const ids = new Set(jobs.map(({ id }) => id as string));
    expect([...acknowledged.jobs].filter((id) => !ids.has(id))).toEqual([]);
    expect(acknowledged.jobs.size).toBeGreaterThan(10);
    expect((await stepsOf(store, job.id)).map(({ values: [step] }) => step)).toEqual(range(1, acknowledged.frames + 1));
    expect((await store.logs.read('everyProject', job.id, { limit: 10_000 })).items.map(({ line }) => line)).toEqual(
      range(1, acknowledged.frames + 1).map((step) => `step ${step}`),
    );
    const steps = (await test.sql('select step from checkpoint where job_id = $1 order by step', [job.id])).map(
      ({ step }) => step as number,
    );
    expect(steps).toEqual([...acknowledged.checkpoints]);
    const events: number[] = [];
    for (let seq = 0; ;) {
      const next = await store.events.after('everyProject', job.id, { seq, limit: 1000 });
      if (next.length === 0) break;
      events.push(...next.map((event) => event.seq));
      seq = events.at(-1)!;
    }
    expect(events).toEqual(range(1, events.length + 1));
    expect(events).toHaveLength(6 + steps.length);
  },
);

it('an attempt is not ended by a database that is away', async () => {
  const { store, run } = test;
  const { token } = await run([2, 3]);
  const port = Number(new URL(postgres.url).port);
  await postgres.stop();
  for (const write of [
    () => store.attempts.heartbeat(token, []),
    () => store.attempts.verify(token),
    () => store.jobs.get('everyProject', newId('job')),
  ])
    await expect(write()).rejects.toMatchObject({ code: 'service_unavailable' });
  postgres = await startPostgres({ directory, port });
  await expect.poll(() => store.attempts.heartbeat(token, []).catch(() => undefined), { timeout: 20_000 }).toMatchObject({ stop: false });
});
