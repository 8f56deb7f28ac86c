import { newId } from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MetricStep } from '../store.ts';
import { frameOf, openTestStore, range, type Running, type TestStore } from '../../test/store.ts';

let test: TestStore;
/** A job with 1000 steps, reported in frames of 100, an evaluation every 10. */
let long: Running;
const elsewhere = { projectId: newId('project') };

beforeAll(async () => {
  test = await openTestStore({ devices: 16 });
  long = await test.run([0, 1]);
  for (const seq of range(1, 11)) await test.store.attempts.ingest(long.token, frameOf(seq, range((seq - 1) * 100, seq * 100)));
});
afterAll(() => test[Symbol.asyncDispose]());

describe('metrics', () => {
  it('have the columns that are asked for', async () => {
    const columns = ['step', 'learningRate', 'attempt', 'time', 'deviceBytes', 'unknown'];
    const { steps } = await test.store.metrics.after('everyProject', long.job.id, { seq: 0, columns, limit: 9 });
    expect(steps.map(({ values }) => values)).toEqual(range(0, 9).map((step) => [step, 1e-3, 1, expect.any(Number) as number, 4096, null]));
    expect(Math.abs(steps[0]!.values[3]! - Date.now())).toBeLessThan(120_000);
  });

  it('are followed in the order in which they were written, each step once with its evaluation, without loss', async () => {
    for (const limit of [1, 17, 1000]) {
      const steps: MetricStep[] = [];
      let seq = 0;
      for (let more = true; more;) {
        const page = await test.store.metrics.after('everyProject', long.job.id, { seq, limit, columns: ['step'] });
        expect(page.steps.length).toBeLessThanOrEqual(limit);
        steps.push(...page.steps);
        ({ seq, more } = page);
      }
      expect(steps.map(({ values: [step] }) => step)).toEqual(range(0, 1000));
      expect(steps.map((step) => step.seq)).toEqual(steps.map((step) => step.seq).toSorted((a, b) => a - b));
      const evaluated = steps.flatMap(({ values: [step], evaluationLoss }) => (evaluationLoss === null ? [] : [step]));
      expect(evaluated).toEqual(range(1, 100).map((n) => n * 10 - 1));
      expect(await test.store.metrics.after('everyProject', long.job.id, { seq, columns: ['step'] })).toMatchObject({
        steps: [],
        seq,
        more: false,
      });
    }
    expect(await test.store.metrics.lastSeq('everyProject', long.job.id)).toBe(1099);
    expect(await test.store.metrics.count('everyProject', long.job.id)).toBe(1000);
  });

  it('are a picture of so many points, with every extreme and evaluation of a short one', async () => {
    const { store, sql } = test;
    const { id } = long.job;
    const columns = ['step', 'loss'];
    const sample = (options: { points: number; from?: number; to?: number }) =>
      store.metrics.sample('everyProject', id, { columns, ...options });
    const stepsOf = (steps: MetricStep[]) => steps.map(({ values: [step] }) => step!);
    expect(stepsOf(await sample({ points: 1000 }))).toEqual(range(0, 1000));
    expect(stepsOf(await sample({ points: 20, from: 100, to: 119 }))).toEqual(range(100, 120));
    // What no regular pick of steps would find.
    await sql('update metric set loss = 99 where job_id = $1 and step = 333', [id]);
    await sql('update metric set loss = -99 where job_id = $1 and step = 444', [id]);
    await sql('update metric set step_time_ms = 1e6 where job_id = $1 and step = 555', [id]);
    await sql('update metric set grad_norm = 1e6 where job_id = $1 and step = 666', [id]);
    await sql('update metric set loss = null where job_id = $1 and step between 700 and 799', [id]);
    await sql('update evaluation set seq = 5000 where job_id = $1 and step = 780', [id]);
    for (const points of [20, 50, 200]) {
      const found = await sample({ points });
      expect(found.length).toBeLessThanOrEqual(points);
      const steps = stepsOf(found);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      for (const step of [0, 333, 444, 555, 666, 779, 999]) expect(steps, `${points} points`).toContain(step);
      expect(Math.max(...found.map(({ seq }) => seq))).toBe(5000);
      expect(found.find(({ values: [step] }) => step === 779)).toMatchObject({ evaluationLoss: expect.any(Number) as number });
    }
    const part = stepsOf(await sample({ points: 20, from: 200, to: 399 }));
    for (const step of [200, 333, 399]) expect(part).toContain(step);
    expect(Math.min(...part)).toBe(200);
    expect(Math.max(...part)).toBe(399);
    expect(await sample({ points: 20, from: 5000 })).toEqual([]);
    expect(await store.metrics.sample(elsewhere, id, { columns, points: 20 })).toEqual([]);
    await sql('update evaluation set seq = 1099 where job_id = $1 and step = 780', [id]);
  });

  it('of a step come again behind its number when it is evaluated later, also before the first step', async () => {
    const { store, run } = test;
    const { job, token } = await run([4, 5]);
    const evaluation = (step: number, loss: number) => ({
      metrics: { columns: ['step'], rows: [] },
      evaluations: [{ step, loss }],
      logs: [],
    });
    const after = async (seq: number) => (await store.metrics.after('everyProject', job.id, { seq, columns: ['step'] })).steps;
    await store.attempts.ingest(token, { seq: 1, ...evaluation(0, 9) });
    expect(await after(0)).toEqual([]);
    await store.attempts.ingest(token, { ...frameOf(2, range(0, 3)), evaluations: [] });
    expect(await after(0)).toEqual([
      { seq: 2, values: [0], evaluationLoss: 9 },
      { seq: 3, values: [1], evaluationLoss: null },
      { seq: 4, values: [2], evaluationLoss: null },
    ]);
    await store.attempts.ingest(token, { seq: 3, ...evaluation(2, 7) });
    await store.attempts.ingest(token, { seq: 4, ...evaluation(1, 8) });
    expect(await after(4)).toEqual([
      { seq: 5, values: [1], evaluationLoss: 7 },
      { seq: 6, values: [0], evaluationLoss: 8 },
    ]);
    expect((await after(0)).map(({ seq }) => seq)).toEqual([4, 5, 6]);
  });

  it('are followed without loss while they are written', async () => {
    const { store, run } = test;
    const { job, token } = await run([2, 3]);
    let done = false;
    const write = async () => {
      for (const seq of range(1, 41)) await store.attempts.ingest(token, frameOf(seq, range(seq * 5, seq * 5 + 5)));
      done = true;
    };
    const writing = write();
    const steps: number[] = [];
    let seq = 0;
    for (let last = false; ; last = done) {
      const page = await store.metrics.after('everyProject', job.id, { seq, columns: ['step'] });
      steps.push(...page.steps.map(({ values: [step] }) => step!));
      seq = page.seq;
      if (last && page.steps.length === 0) break;
    }
    await writing;
    // Those come again whose evaluation was in a later frame.
    expect([...new Set(steps)]).toEqual(range(5, 205));
  });

  it("of another project are nobody else's", async () => {
    expect(await test.store.metrics.after(elsewhere, long.job.id, { seq: 0, columns: ['step'] })).toEqual({
      steps: [],
      seq: 0,
      more: false,
    });
    expect(await test.store.metrics.lastSeq(elsewhere, long.job.id)).toBe(0);
    expect(await test.store.metrics.count(elsewhere, long.job.id)).toBe(0);
    expect(await test.store.logs.read(elsewhere, long.job.id)).toMatchObject({ items: [], more: false });
    expect(await test.store.events.after(elsewhere, long.job.id)).toEqual([]);
    expect(await test.store.events.list(elsewhere, long.job.id)).toEqual({ items: [], nextCursor: null, total: 0 });
  });
});

describe('logs', () => {
  it('are read forwards and backwards', async () => {
    const { logs } = test.store;
    const lines = ({ items }: { items: { seq: number }[] }) => items.map(({ seq }) => seq);
    const first = await logs.read('everyProject', long.job.id, { limit: 3 });
    expect([lines(first), first.seq, first.more, first.oldestSeq]).toEqual([[1, 2, 3], 3, true, 1]);
    const end = await logs.read('everyProject', long.job.id, { after: 998 });
    expect([lines(end), end.seq, end.more]).toEqual([[999, 1000], 1000, false]);
    const last = await logs.read('everyProject', long.job.id, { before: Number.MAX_SAFE_INTEGER, limit: 2 });
    expect([lines(last), last.seq, last.more]).toEqual([[999, 1000], 999, true]);
    const before = await logs.read('everyProject', long.job.id, { before: 3, limit: 5 });
    expect([lines(before), before.seq, before.more]).toEqual([[1, 2], 1, false]);
  });

  it('are searched and narrowed down, and go on after what was looked at', async () => {
    const { logs } = test.store;
    const found = await logs.read('everyProject', long.job.id, { search: 'STEP 99', rank: 1 });
    expect(found.items.map(({ line }) => line)).toEqual(['step 99', 'step 991', 'step 993', 'step 995', 'step 997', 'step 999']);
    expect(found.seq).toBe(1000);
    expect(await logs.count('everyProject', long.job.id, { search: 'step 99', rank: 1 })).toBe(6);
    expect((await logs.read('everyProject', long.job.id, { search: 'step 00' })).seq).toBe(1000);
    // Characters, not a pattern.
    expect(await logs.count('everyProject', long.job.id, { search: 'step%' })).toBe(0);
    expect(await logs.count('everyProject', long.job.id, { attempt: 2 })).toBe(0);
    expect(await logs.count('everyProject', long.job.id)).toBe(1000);
  });
});

describe('events', () => {
  it('are pages in their order', async () => {
    const { store } = test;
    const all = await store.events.after('everyProject', long.job.id);
    const paged = [];
    let cursor: string | undefined;
    do {
      const page = await store.events.list('everyProject', long.job.id, { limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.total).toBe(all.length);
      paged.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
    expect(all.map(({ to }) => to)).toEqual(['submitted', 'planned', 'queued', 'admitted', 'launching', 'running']);
    expect(await store.events.after('everyProject', long.job.id, { seq: 4, limit: 1 })).toMatchObject([{ seq: 5 }]);
    await expect(store.events.list('everyProject', long.job.id, { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});
