import { createHash } from 'node:crypto';
import type { ClusterBackend, GangStatus } from '@massif/cluster';
import type { Attempt, AttemptToken } from '@massif/store';
import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createExecutor, type ExecuteOptions } from './execute.ts';
import { createInstallation } from './fixtures/installation.ts';
import { createPlacement } from './placement.ts';
import { createSilenceClock } from './silence.ts';
import { createTokens } from './tokens.ts';

const log = pino({ level: 'silent' });

/** A job that runs on a cluster of which the test says what is there, and an executor that is called by hand. */
async function setUp(changes: Partial<Pick<ExecuteOptions, 'silence' | 'cluster'>> = {}, spec: object = {}) {
  const installation = await createInstallation();
  onTestFinished(() => installation[Symbol.asyncDispose]());
  const { store, home } = installation;
  await store.nodes.upsert([{ name: 'here', cores: 2, memoryBytes: 2 ** 33, devices: [{ index: 0, type: 'cpu', memoryBytes: 2 ** 33 }] }]);
  const guard = (await store.lease.acquire({ name: 'controller', holder: 'test', ttlMs: 60_000 }))!;
  const term = { guard, signal: new AbortController().signal };
  let gangs: GangStatus[] = [];
  let token: string | undefined;
  const cluster: ClusterBackend = {
    inventory: () => Promise.resolve([]),
    usage: () => Promise.resolve([]),
    launch: ({ jobId, attempt, assignment }) => {
      token = assignment['token'] as string;
      gangs = [{ jobId, attempt, state: 'running' }];
      return Promise.resolve();
    },
    list: () => Promise.resolve(gangs),
    stop: () => Promise.resolve(void (gangs = [])),
    watch: () => () => {},
    close: () => Promise.resolve(),
  };
  const tokens = createTokens();
  const execute = createExecutor({
    store,
    cluster,
    term,
    tokens,
    log,
    home,
    apiUrl: 'http://127.0.0.1:9',
    silence: createSilenceClock(),
    onLaunch: () => {},
    onDevices: () => {},
    lookAgain: () => {},
    ...changes,
  });
  const id = await installation.submit({ behaviour: 'by hand', spec });
  await execute(id);
  return {
    ...installation,
    id,
    cluster,
    execute,
    place: createPlacement({ store, term, tokens, log }),
    attempt: async (): Promise<Attempt> => (await store.attempts.ofJob('everyProject', id))!,
    credentials: async (): Promise<AttemptToken> => ({
      attemptId: (await store.attempts.ofJob('everyProject', id))!.id,
      tokenHash: createHash('sha256').update(token!).digest(),
    }),
    vanish: () => void (gangs = []),
    /** As if it had been launched so much earlier. */
    launchedEarlier: async (seconds: number) => {
      const { id: attemptId } = (await store.attempts.ofJob('everyProject', id))!;
      await installation.sql("update attempt set launched_at = launched_at - $2 * interval '1 s' where id = $1", [attemptId, seconds]);
    },
  };
}

async function running(...given: Parameters<typeof setUp>) {
  const test = await setUp(...given);
  await test.place();
  await test.execute(test.id);
  await test.store.attempts.heartbeat(await test.credentials(), [{ rank: 0, pid: 1, state: 'running', step: 0 }]);
  await test.execute(test.id);
  expect((await test.job(test.id)).state).toBe('running');
  return test;
}

it('counts an end that was reported just before the gang was seen to be gone', async () => {
  const { cluster, store, execute, credentials, job, id, vanish } = await running();
  const token = await credentials();
  // Between whatever is read before the cluster is asked and its answer, the supervisor reports and leaves.
  cluster.list = async () => {
    await store.attempts.finish(token, { outcome: 'succeeded', step: 5 });
    vanish();
    cluster.list = () => Promise.resolve([]);
    return [];
  };
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'succeeded', restarts: 0 });
});

it('takes away a gang that lives in silence, and says why the job was recovered', async () => {
  let nowMs = 0;
  const silence = createSilenceClock({ now: () => nowMs });
  const { cluster, execute, job, id, store } = await running({ silence });
  const minute = () => {
    for (let second = 0; second <= 65; second += 5) {
      nowMs += 5000;
      silence.probed(true);
    }
  };
  const asked: number[] = [];
  const stop = cluster.stop.bind(cluster);
  cluster.stop = (gang, options) => {
    asked.push(options.graceSeconds);
    return stop(gang, options);
  };
  await execute(id);
  minute();
  await execute(id);
  expect(asked).toEqual([0]);
  await execute(id);
  const events = await store.events.after('everyProject', id);
  expect(events.find(({ to }) => to === 'recovering')?.reason).toMatchObject({ code: 'gang_silent' });
  expect(await job(id)).toMatchObject({ state: 'queued', restarts: 1 });
});

it('does not count an attempt against the job that was asked to leave before its first step', async () => {
  const { execute, store, credentials, job, id, vanish } = await running();
  await store.attempts.finish(await credentials(), { outcome: 'stopped', step: 0 });
  vanish();
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'queued', restarts: 0, restartsWithoutProgress: 0 });
});

it('counts a single step as progress, from the beginning and from a checkpoint', async () => {
  const { execute, place, store, credentials, job, id, vanish } = await running();
  const oneStep = async (step: number) => {
    const token = await credentials();
    await store.attempts.heartbeat(token, [{ rank: 0, pid: 1, state: 'running', step }]);
    const metrics = { columns: ['step', 'loss'], rows: [[step, 1]] };
    await store.attempts.ingest(token, { seq: 1, metrics, evaluations: [], logs: [] });
    await store.checkpoints.commit(token, { step: step + 1, path: `/c/${step + 1}`, bytes: 1, files: [] });
    vanish();
    await execute(id);
  };
  await oneStep(0);
  expect(await job(id)).toMatchObject({ state: 'queued', restarts: 1, restartsWithoutProgress: 0 });
  for (const restarts of [2, 3]) {
    await place();
    await execute(id);
    expect((await store.attempts.ofJob('everyProject', id))!.resumedFrom).toBe(restarts - 1);
    await oneStep(restarts - 1);
    expect(await job(id)).toMatchObject({ state: 'queued', restarts, restartsWithoutProgress: 0 });
  }
  // None at all is none.
  await place();
  await execute(id);
  await store.attempts.heartbeat(await credentials(), [{ rank: 0, pid: 1, state: 'running', step: 3 }]);
  vanish();
  await execute(id);
  expect(await job(id)).toMatchObject({ restarts: 4, restartsWithoutProgress: 1 });
});

it('lets a job run as long as it may over all its attempts, without the time when nothing of it ran', async () => {
  const { execute, place, store, credentials, job, id, vanish, launchedEarlier } = await running({}, { limits: { maxDuration: '60s' } });
  const runs = async () => {
    await store.attempts.heartbeat(await credentials(), [{ rank: 0, pid: 1, state: 'running', step: 0 }]);
    await launchedEarlier(40);
    await execute(id);
    vanish();
  };
  onTestFinished(() => void vi.useRealTimers());
  await runs();
  // The product is started again after a day.
  vi.useFakeTimers({ now: Date.now() + 86_400_000, toFake: ['Date'] });
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'queued', restarts: 1 });
  vi.useRealTimers();
  await place();
  await execute(id);
  await runs();
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'failed', attempt: 2, reason: { code: 'max_duration_exceeded' } });
});

it('ends a job that runs longer than it may before anything was heard of it', async () => {
  const { execute, place, job, id, launchedEarlier } = await setUp({}, { limits: { maxDuration: '60s' } });
  await place();
  await execute(id);
  expect((await job(id)).state).toBe('launching');
  await launchedEarlier(61);
  // The gang is asked to leave, and does.
  await execute(id);
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'failed', attempt: 1, restarts: 0, reason: { code: 'max_duration_exceeded' } });
});

it('fails a job that cannot be launched because nothing can be written, and frees its devices', async () => {
  const { execute, place, job, id, cluster, attempt, store } = await setUp();
  const full = () => Promise.reject(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }));
  Object.assign(cluster, { launch: full, stop: full });
  await place();
  await expect(execute(id)).rejects.toThrow('ENOSPC');
  expect((await job(id)).state).toBe('admitted');
  vi.useFakeTimers({ now: (await attempt()).admittedAt.getTime() + 61_000, toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  await execute(id);
  expect(await job(id)).toMatchObject({ state: 'failed', reason: { code: 'storage_failed' } });
  expect((await store.nodes.get('here'))!.devices[0]!.heldBy).toBeNull();
});
