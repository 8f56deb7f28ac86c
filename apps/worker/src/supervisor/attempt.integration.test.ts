import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newId, parseJobSpec, singleDeviceLayout, type SupervisorFile } from '@massif/contracts';
import { isAlive, readRunRecords } from '@massif/processes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptedJob } from '../gang/fixtures/rank.ts';
import { startRecordingApi, type Call, type RecordingApi } from './fixtures/recording-api.ts';

const program = fileURLToPath(new URL('./fixtures/supervise.ts', import.meta.url));

let home: string;
let api: RecordingApi;
let supervisor: ChildProcess | undefined;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'massif-supervisor-'));
  api = await startRecordingApi();
});

afterEach(async () => {
  supervisor?.kill('SIGKILL');
  await api.goAway();
  expect(api.refused).toEqual([]);
  await until(() => ranks().length === 0, 'no rank to be left');
  rmSync(home, { recursive: true });
});

async function until(condition: () => boolean, what: string, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`waited ${withinMs} ms for ${what}; calls: ${JSON.stringify(api.calls).slice(-2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ranks = () => readRunRecords(home).filter((record) => record.role === 'rank' && isAlive(record));
const bodies = <Route extends Call['route']>(route: Route) =>
  api.calls.flatMap((call) => (call.route === route ? [call.body as Extract<Call, { route: Route }>['body']] : []));
const finish = () => bodies('finish')[0];
const steps = () => bodies('frames').flatMap(({ metrics }) => metrics.rows.map(([step]) => step));

function start(script: ScriptedJob, changes: Partial<SupervisorFile> = {}): void {
  const directories = { home, job: join(home, 'job'), attempt: join(home, 'job', 'attempt-2') };
  mkdirSync(directories.attempt, { recursive: true });
  const tokens = join(home, 'tokens.json');
  writeFileSync(tokens, '[[0, 1]]');
  const spec = parseJobSpec({
    kind: 'train',
    name: 'scripted',
    model: { config: { model_type: 'gpt2', script } },
    data: { tokens },
    training: { steps: 10, globalBatch: 2, sequence: 1, optimizer: { learningRate: 1 } },
    resources: { devices: 2 },
  });
  const file: SupervisorFile = {
    jobId: newId('job'),
    attemptId: newId('attempt'),
    attempt: 2,
    token: api.token,
    apiUrl: api.url,
    spec,
    layout: { ...singleDeviceLayout, dp: 2 },
    ranks: 2,
    threadsPerDevice: 1,
    resumeFrom: null,
    directories,
    ...changes,
  };
  const path = join(directories.attempt, 'attempt.json');
  writeFileSync(path, JSON.stringify(file));
  supervisor = spawn(process.execPath, [program, path, home], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const exited = async () =>
  supervisor!.exitCode === null && supervisor!.signalCode === null ? (await once(supervisor!, 'exit'))[0] : supervisor!.exitCode;

describe('the supervisor of an attempt', () => {
  it('tells every step, the logs, the ranks and the end, and moves the model to the job', async () => {
    const model = join(home, 'job', 'attempt-2', 'model');
    mkdirSync(model, { recursive: true });
    writeFileSync(join(model, 'config.json'), '{}');
    start({ steps: 5, stepMs: 5, model });
    expect(await exited()).toBe(0);
    const published = join(home, 'job', 'model');
    expect(finish()).toEqual({ outcome: 'succeeded', step: 5, model: { path: published } });
    expect(readFileSync(join(published, 'config.json'), 'utf8')).toBe('{}');
    expect(existsSync(model)).toBe(false);
    expect(steps()).toEqual([0, 1, 2, 3, 4]);
    expect(bodies('frames').map(({ seq }) => seq)).toEqual(bodies('frames').map((_, index) => index + 1));
    const lines = bodies('frames').flatMap(({ logs }) => logs.map(({ rank, stream, line }) => `${rank} ${stream} ${line}`));
    expect(lines).toEqual(
      expect.arrayContaining([
        '0 stdout rank 0 begins',
        '1 stdout rank 1 begins',
        '0 system step 1  loss 1.0000',
        '-1 system attempt 2: 2 ranks of 1 thread, micro-batches of 1',
      ]),
    );
    expect(readRunRecords(home)).toEqual([]);
  });

  it('says every second which ranks run, and how far they are', async () => {
    start({ steps: 1e9, stepMs: 5 }, { resumeFrom: '/somewhere/attempt-1/step-40' });
    await until(() => bodies('heartbeat').some(({ ranks }) => ranks.some(({ state }) => state === 'running')), 'running ranks');
    const { ranks: reported } = bodies('heartbeat').at(-1)!;
    expect(reported.map(({ rank }) => rank)).toEqual([0, 1]);
    expect(new Set(reported.map(({ pid }) => pid))).toEqual(new Set(ranks().map(({ pid }) => pid)));
    await until(() => bodies('heartbeat').length >= 4, 'four heartbeats', 10_000);
  });

  it('leaves with a checkpoint when it gets SIGTERM', async () => {
    start({ steps: 1e9, stepMs: 5 });
    await until(() => steps().length > 0, 'steps');
    supervisor!.kill('SIGTERM');
    expect(await exited()).toBe(0);
    expect(finish()).toMatchObject({ outcome: 'stopped', step: steps().length });
    expect(bodies('checkpoints').map(({ step }) => step)).toEqual([steps().length]);
  });

  it('leaves with a checkpoint when a heartbeat is answered with stop', async () => {
    start({ steps: 1e9, stepMs: 5 });
    await until(() => steps().length > 0, 'steps');
    api.stop = true;
    expect(await exited()).toBe(0);
    expect(finish()).toMatchObject({ outcome: 'stopped' });
    expect(bodies('checkpoints')).toHaveLength(1);
  });

  it('leaves at once when it is asked to before the first step, whatever its ranks are doing', async () => {
    start({ instead: { 0: 'blockThread', 1: 'idle' } }, { resumeFrom: '/somewhere/attempt-1/step-40' });
    await until(() => ranks().length === 2, 'two ranks');
    supervisor!.kill('SIGTERM');
    expect(await exited()).toBe(0);
    expect(finish()).toEqual({ outcome: 'stopped', step: 40 });
  });

  it('sends again what was not answered to the end', async () => {
    api.cutOff = 3;
    start({ steps: 50, stepMs: 1 });
    expect(await exited()).toBe(0);
    expect(finish()).toMatchObject({ outcome: 'succeeded', step: 50 });
    expect([...new Set(steps())]).toEqual(Array.from({ length: 50 }, (_, step) => step));
  });

  it('gives up when the API acknowledges another frame than it was sent', async () => {
    api.ackSeq = 0;
    start({ steps: 1e9, stepMs: 5 });
    expect(await exited()).toBe(0);
    expect(bodies('frames')).toHaveLength(1);
    expect(finish()).toBeUndefined();
  });

  it('reports a model that cannot be put where it belongs', async () => {
    const model = join(home, 'job', 'attempt-2', 'nothing-here');
    start({ steps: 1, model });
    expect(await exited()).toBe(0);
    expect(finish()).toMatchObject({ outcome: 'failed', code: 'internal', step: 1 });
  });

  it('commits a checkpoint only when every step before it is acknowledged', async () => {
    start({ steps: 200, stepMs: 2, checkpointEvery: 10 });
    await exited();
    const said = bodies('frames').flatMap(({ logs }) => logs.filter(({ line }) => line.startsWith('checkpoint')).map(({ line }) => line));
    expect([said[0], said.at(-1)]).toEqual(['checkpoint of step 10', 'checkpoint of step 200']);
    expect(said.length).toBeLessThan(20);
    const known = new Set<number>();
    for (const call of api.calls) {
      if (call.route === 'frames') for (const [step] of call.body.metrics.rows) known.add(step!);
      if (call.route === 'checkpoints') expect(known.size).toBeGreaterThanOrEqual(call.body.step);
    }
    expect(bodies('checkpoints').map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 10));
  });

  it('trains on while the API is away, and delivers everything once it is back', async () => {
    const away = join(home, 'away');
    start({ steps: 400, stepMs: 2, checkpointEvery: 50, waitBefore: { step: 10, file: away } });
    await until(() => steps().length > 0, 'steps');
    await api.goAway();
    writeFileSync(away, '');
    // The gang ends while nobody can be told.
    await until(() => ranks().length === 0, 'the gang to finish');
    expect(finish()).toBeUndefined();
    await api.comeBack();
    expect(await exited()).toBe(0);
    expect(finish()).toMatchObject({ outcome: 'succeeded', step: 400 });
    expect([...new Set(steps())]).toEqual(Array.from({ length: 400 }, (_, step) => step));
    expect(new Set(bodies('checkpoints').map(({ step }) => step)).size).toBe(8);
  });

  it('is gone with its ranks when a newer attempt exists', async () => {
    start({ steps: 1e9, stepMs: 5, checkpointEvery: 1e9 });
    await until(() => ranks().length === 2 && steps().length > 0, 'two ranks that train');
    api.fenced = true;
    await exited();
    expect(ranks()).toEqual([]);
    expect(bodies('finish')).toEqual([]);
    expect(bodies('checkpoints')).toEqual([]);
  });

  it('reports a rank that was killed, by name', async () => {
    start({ steps: 1e9, stepMs: 5 });
    const pidOfRank1 = () => bodies('heartbeat').at(-1)?.ranks[1]?.pid;
    await until(() => pidOfRank1() !== undefined && steps().length > 0, 'two ranks that train');
    process.kill(pidOfRank1()!, 'SIGKILL');
    await exited();
    expect(finish()).toMatchObject({
      outcome: 'failed',
      code: 'rank_failed',
      message: 'rank 1 was killed by SIGKILL',
      step: steps().length,
    });
  });

  it('takes its ranks with it when it is killed', async () => {
    start({ instead: { 0: 'idle', 1: 'blockThread' } });
    await until(() => bodies('heartbeat').some((beat) => beat.ranks.filter(({ state }) => state === 'running').length === 2), 'two ranks');
    expect(ranks()).toHaveLength(2);
    supervisor!.kill('SIGKILL');
    await until(() => ranks().length === 0, 'the ranks to be gone', 10_000);
  });

  it('reports data that is not there before it starts a rank', async () => {
    const spec = parseJobSpec({
      kind: 'train',
      name: 'scripted',
      model: { config: { model_type: 'gpt2' } },
      data: { text: [join(home, 'missing.txt')] },
      training: { steps: 10, globalBatch: 2, sequence: 1, optimizer: { learningRate: 1 } },
    });
    start({}, { spec });
    await exited();
    expect(finish()).toMatchObject({
      outcome: 'failed',
      code: 'data_not_found',
      step: 0,
      message: expect.stringContaining('data.text[0]'),
    });
    expect(bodies('heartbeat').every((beat) => beat.ranks.length === 0)).toBe(true);
  });
});
