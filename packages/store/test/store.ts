import { createHash } from 'node:crypto';
import { newId } from '@massif/contracts';
import pg from 'pg';
import { openStore } from '../src/open.ts';
import type { Attempt, ClusterNode, Job } from '../src/rows.ts';
import type { AttemptToken, Frame, MetricStep, Store, SubmitJob } from '../src/store.ts';
import { testDatabase } from '../src/testing/index.ts';

/** A store over a database of its own, with a project and a node of CPU devices. */
export interface TestStore extends AsyncDisposable {
  store: Store;
  databaseUrl: string;
  projectId: string;
  node: ClusterNode;
  submit(change?: Partial<SubmitJob>): Promise<Job>;
  /** Takes a new job from submission to running. */
  run(devices?: readonly number[]): Promise<Running>;
  sql(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

export interface Running {
  job: Job;
  attempt: Attempt;
  token: AttemptToken;
}

export const sha256 = (text: string) => createHash('sha256').update(text).digest();

export async function openTestStore({ devices = 4 } = {}): Promise<TestStore> {
  const database = await testDatabase();
  const test = await prepareStore(database.databaseUrl, { devices });
  return {
    ...test,
    [Symbol.asyncDispose]: async () => {
      await test[Symbol.asyncDispose]();
      await database.drop();
    },
  };
}

/** The same over a migrated database of the caller. */
export async function prepareStore(databaseUrl: string, { devices = 4 } = {}): Promise<TestStore> {
  const store = openStore({ databaseUrl });
  const { project } = await store.projects.ensureDefaults();
  const slots = Array.from({ length: devices }, (_, index) => ({ index, type: 'cpu', memoryBytes: 4 * 2 ** 30 }));
  await store.nodes.upsert([{ name: 'here', cores: devices, memoryBytes: 16 * 2 ** 30, devices: slots }]);
  const node = (await store.nodes.get('here'))!;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => {});

  const submit: TestStore['submit'] = async (change = {}) => {
    const submitted = await store.jobs.submit({ ...exampleJob(project.id), ...change });
    if (submitted.replayed) throw new Error('replayed');
    return submitted.job;
  };

  return {
    store,
    databaseUrl,
    projectId: project.id,
    node,
    submit,
    run: async (indexes = [0, 1]) => {
      const { id } = await submit();
      return await launch(store, id, { node, devices: indexes });
    },
    sql: async (statement, values) => (await pool.query<Record<string, unknown>>(statement, values)).rows,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await pool.end();
    },
  };
}

export function exampleJob(projectId: string): SubmitJob {
  return { id: newId('job'), projectId, queue: 'default', name: 'tiny', kind: 'train', priority: 0, spec: { kind: 'train' }, plan: null };
}

/** Takes a job that waits to running on these devices. */
export async function launch(
  store: Store,
  jobId: string,
  { node, devices, resumedFrom = null }: { node: ClusterNode; devices: readonly number[]; resumedFrom?: number | null },
): Promise<Running> {
  await store.jobs.transition({ jobId, from: ['submitted'], to: 'planned' });
  await store.jobs.transition({ jobId, from: ['planned', 'recovering'], to: 'queued' });
  const attemptId = newId('attempt');
  const tokenHash = sha256(attemptId);
  const admitted = await store.jobs.admit({
    jobId,
    attemptId,
    tokenHash,
    ranks: devices.map((index, rank) => ({ rank, nodeId: node.id, deviceId: node.devices[index]!.id })),
    placement: { layout: { dp: devices.length } },
    resumedFrom,
  });
  await store.jobs.transition({ jobId, from: ['admitted'], to: 'launching' });
  await store.attempts.markLaunched(attemptId);
  const job = await store.jobs.transition({ jobId, from: ['launching'], to: 'running' });
  return { job: job!, attempt: admitted!.attempt, token: { attemptId, tokenHash } };
}

/** A frame with these steps, a log line for each, and an evaluation after each step that is a multiple of 10. */
export function frameOf(seq: number, steps: readonly number[], { loss = (step: number) => 5 - step / 1000 } = {}): Frame {
  return {
    seq,
    metrics: {
      columns: ['step', 'loss', 'gradNorm', 'tokens', 'stepTimeMs', 'learningRate', 'deviceBytes'],
      rows: steps.map((step) => [step, loss(step), 1, 64 * (step + 1), 10, 1e-3, 4096]),
    },
    evaluations: steps.filter((step) => step > 0 && step % 10 === 0).map((step) => ({ step, loss: loss(step) + 0.1 })),
    logs: steps.map((step) => ({ rank: step % 2, time: new Date(1_800_000_000_000 + step), stream: 'stdout', line: `step ${step}` })),
  };
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** All steps of a job in their order, with these columns after `step`. */
export async function stepsOf(store: Store, jobId: string, columns: readonly string[] = []): Promise<MetricStep[]> {
  const { steps } = await store.metrics.after('everyProject', jobId, { seq: 0, columns: ['step', ...columns], limit: 10_000 });
  return steps.toSorted((a, b) => a.values[0]! - b.values[0]!);
}
