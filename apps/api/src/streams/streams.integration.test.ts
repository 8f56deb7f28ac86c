import {
  endFrameSchema,
  eventSchema,
  logLineSchema,
  metricPointSchema,
  type List,
  type LogLine,
  type MetricPoint,
} from '@massif/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, type TestApi } from '../../test/api.ts';
import { readInPieces, readStream, type Frame } from '../../test/sse.ts';

/** Room for those who read at once in a test, also while the streams that they have just left are still to be noticed. */
const streamsMax = 12;

let api: TestApi;
beforeAll(async () => void (api = await startTestApi({ streamsMax })));
afterAll(async () => {
  expect(api.faults).toEqual([]);
  await api[Symbol.asyncDispose]();
});

/** Runs a job to its end, `steps` steps in frames of `perFrame`, a checkpoint after each. */
async function run(jobId: string, { steps, perFrame }: { steps: number; perFrame: number }): Promise<void> {
  const { report, say } = await launch(api, jobId);
  for (let first = 0, seq = 1; first < steps; first += perFrame, seq++) {
    await report(
      seq,
      Array.from({ length: Math.min(perFrame, steps - first) }, (_, index) => first + index),
    );
    await say('checkpoints', { step: first + 1, path: `/checkpoints/${first + 1}`, bytes: 0, files: [] });
  }
  await api.store.jobs.transition({ jobId, from: ['running'], to: 'succeeded', endAttempt: true });
}

const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const idsOf = (frames: Frame[], event: string) => frames.filter((frame) => frame.event === event).map(({ id }) => id);
const stepsOf = (frames: Frame[]) => frames.filter(({ event }) => event === 'metric').map(({ data }) => data['step']);

/** Small and uneven, the same on every run. */
function unevenly(): () => number {
  let state = 1;
  return () => 1 + ((state = (state * 48_271) % 2_147_483_647) % 23);
}

describe('a stream', () => {
  it('that is read while it is written, and broken off again and again, has every frame once and in order', async () => {
    const { id } = await api.submit();
    const reading = Promise.all([
      readStream(api, `jobs/${id}/events`),
      readInPieces(api, `jobs/${id}/events`, unevenly()),
      readStream(api, `jobs/${id}/logs`),
      readInPieces(api, `jobs/${id}/logs`, unevenly()),
      readStream(api, `jobs/${id}/metrics`),
      readInPieces(api, `jobs/${id}/metrics`, unevenly()),
    ]);
    await run(id, { steps: 200, perFrame: 7 });
    const [events, eventsInPieces, logs, logsInPieces, metrics, metricsInPieces] = await reading;
    const { eventSeq } = (await api.store.jobs.get('everyProject', id))!;
    for (const frames of [events, eventsInPieces]) {
      expect(idsOf(frames, 'event')).toEqual(range(1, eventSeq));
      for (const { event, data } of frames) expect((event === 'end' ? endFrameSchema : eventSchema).parse(data)).toEqual(data);
    }
    for (const frames of [logs, logsInPieces]) {
      const lines = frames.filter(({ event }) => event === 'log');
      expect(lines.map(({ data }) => data['line'])).toEqual(range(0, 199).map((step) => `step ${step}`));
      for (const { id: seq, data } of lines) expect(logLineSchema.parse(data)).toMatchObject({ ...data, seq });
    }
    for (const frames of [metrics, metricsInPieces]) {
      expect(stepsOf(frames)).toEqual(range(0, 199));
      for (const { id: seq, event, data } of frames) if (event === 'metric') expect(metricPointSchema.parse(data)).toMatchObject({ seq });
    }
    for (const frames of [events, eventsInPieces, logs, logsInPieces, metrics, metricsInPieces])
      expect(frames.at(-1)).toMatchObject({ event: 'end', data: { state: 'succeeded' } });
  });

  it('of a job that is over comes at once and ends, from any place', async () => {
    const { id } = await api.submit();
    await run(id, { steps: 50, perFrame: 25 });
    const whole = await readStream(api, `jobs/${id}/logs`);
    const [, , third] = whole;
    expect(await readStream(api, `jobs/${id}/logs`, { lastEventId: third!.id! })).toEqual(whole.slice(3));
    expect(await readStream(api, `jobs/${id}/logs?after=${third!.id}`)).toEqual(whole.slice(3));
    expect((await readStream(api, `jobs/${id}/metrics`, { lastEventId: 50 })).map(({ event }) => event)).toEqual(['end']);
    const filtered = await readStream(api, `jobs/${id}/logs?rank=1&search=STEP%201`);
    expect(filtered.filter(({ event }) => event === 'log').map(({ data }) => data['line'])).toEqual(
      [1, 11, 13, 15, 17, 19].map((step) => `step ${step}`),
    );
  });

  it('of metrics has what a frame reported under its name, and null for what it did not', async () => {
    const { id } = await api.submit();
    const { say } = await launch(api, id);
    const reported = { deviceBytes: 6, learningRate: 5, stepTimeMs: 4, tokens: 3, gradNorm: 2, loss: 1 };
    const silent = { deviceBytes: null, learningRate: null, stepTimeMs: null, tokens: null, gradNorm: null, loss: null };
    const columns = ['step', ...Object.keys(reported)];
    await say('frames', { seq: 1, metrics: { columns, rows: [[0, ...Object.values(reported)]] }, evaluations: [], logs: [] });
    await say('frames', { seq: 2, metrics: { columns: ['step'], rows: [[1]] }, evaluations: [], logs: [] });
    const { body } = await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics`);
    const point = { attempt: 1, time: expect.any(String) as string, evaluationLoss: null };
    expect(body.items).toEqual([
      { ...point, seq: 1, step: 0, ...reported },
      { ...point, seq: 2, step: 1, ...silent },
    ]);
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'succeeded', endAttempt: true });
  });

  it('of metrics brings a step again when another attempt went over it, and an evaluation when it comes', async () => {
    const { id } = await api.submit();
    const first = await launch(api, id);
    const reading = readStream(api, `jobs/${id}/metrics`);
    await first.report(1, [0, 1, 2, 3]);
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'recovering', endAttempt: true });
    const second = await launch(api, id);
    await second.report(1, [2, 3]);
    await second.say('frames', { seq: 2, metrics: { columns: ['step'], rows: [] }, evaluations: [{ step: 4, loss: 2.5 }], logs: [] });
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'succeeded', endAttempt: true });
    // Readers keep the last point of each step, whatever they saw in between.
    const last = new Map((await reading).filter(({ event }) => event === 'metric').map(({ data }) => [data['step'], data]));
    expect(([...last.keys()] as number[]).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((step) => last.get(step)!['attempt'])).toEqual([1, 1, 2, 2]);
    expect(last.get(3)).toMatchObject({ evaluationLoss: 2.5 });
    const list = await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics`);
    expect(list.body.items).toEqual([0, 1, 2, 3].map((step) => last.get(step)));
  });

  it('of metrics that is resumed brings an evaluation that came while nobody read, and so does a list', async () => {
    const { id } = await api.submit();
    const { report, say } = await launch(api, id);
    await report(1, range(0, 9));
    const seen = await readStream(api, `jobs/${id}/metrics`, { framesMax: 10 });
    const last = seen.at(-1)!.id!;
    await say('frames', { seq: 2, metrics: { columns: ['step'], rows: [] }, evaluations: [{ step: 10, loss: 2.5 }], logs: [] });
    for (const path of [`jobs/${id}/metrics`, `jobs/${id}/metrics?after=${last}`]) {
      const [again] = await readStream(api, path, { framesMax: 1, ...(path.includes('after') ? {} : { lastEventId: last }) });
      expect(again).toMatchObject({ id: last + 1, event: 'metric', data: { seq: last + 1, step: 9, evaluationLoss: 2.5 } });
    }
    const { body } = await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?after=${last}`);
    expect(body).toMatchObject({ total: 10, nextCursor: null, items: [{ seq: last + 1, step: 9, evaluationLoss: 2.5 }] });
    const all = (await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics`)).body.items;
    expect(all.map(({ step }) => step)).toEqual(range(0, 9));
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'succeeded', endAttempt: true });
  });

  it('that is asked for behind its end starts again from the beginning, and says so', async () => {
    const { id } = await api.submit();
    await run(id, { steps: 3, perFrame: 3 });
    for (const [part, event, count] of [
      ['events', 'event', (await api.store.jobs.get('everyProject', id))!.eventSeq],
      ['logs', 'log', 3],
      ['metrics', 'metric', 3],
    ] as const) {
      const frames = await readStream(api, `jobs/${id}/${part}`, { lastEventId: 1_000_000 });
      expect(frames.map((frame) => frame.event)).toEqual(['reset', ...Array<string>(count).fill(event), 'end']);
      expect(frames[0]!.id).toBeUndefined();
    }
  });

  it('is refused when its place makes no sense, before it begins', async () => {
    const { id } = await api.submit();
    for (const lastEventId of ['x', '-1', '1.5', '9'.repeat(40)]) {
      const headers = { accept: 'text/event-stream', 'last-event-id': lastEventId };
      expectProblem(await api.ask('GET', `jobs/${id}/events`, { headers }), 422, 'invalid_spec', 'Last-Event-ID');
    }
    const headers = { accept: 'text/event-stream' };
    expectProblem(await api.ask('GET', 'jobs/job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E/events', { headers }), 404, 'not_found');
    expectProblem(await api.ask('GET', `jobs/${id}/events`, { headers, token: null }), 401, 'unauthorized');
  });

  it('is one of a bounded number; whoever goes away makes room', async () => {
    const { id } = await api.submit();
    const stop = new AbortController();
    const headers = { accept: 'text/event-stream' };
    const open = await Promise.all(range(1, streamsMax).map(() => api.fetch(`jobs/${id}/events`, { headers, signal: stop.signal })));
    expect(open.map(({ status }) => status)).toEqual(Array(streamsMax).fill(200));
    const refused = await api.fetch(`jobs/${id}/events`, { headers });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([429, 'rate_limited']);
    stop.abort();
    await expect.poll(async () => (await readStream(api, `jobs/${id}/events`, { framesMax: 1 }).catch(() => [])).length).toBe(1);
  });
});

describe('a list', () => {
  it('of metrics, logs or events is read page by page', async () => {
    const { id } = await api.submit();
    await run(id, { steps: 120, perFrame: 40 });
    const read = async <Item>(part: string, query = '') => {
      const items: Item[] = [];
      let cursor: string | null = null;
      do {
        const path: string = `jobs/${id}/${part}?limit=50${query}${cursor === null ? '' : `&cursor=${cursor}`}`;
        const { status, text, body } = await api.ask<List<Item>>('GET', path);
        expect(status, text).toBe(200);
        items.push(...body.items);
        cursor = body.nextCursor;
      } while (cursor !== null);
      return items;
    };
    expect((await read<MetricPoint>('metrics')).map(({ step }) => step)).toEqual(range(0, 119));
    expect((await read<LogLine>('logs')).map(({ line }) => line)).toEqual(range(0, 119).map((step) => `step ${step}`));
    expect(await read<LogLine>('logs', '&rank=0')).toHaveLength(60);
    expect((await read<{ seq: number }>('events')).map(({ seq }) => seq)).toEqual(
      range(1, (await api.store.jobs.get('everyProject', id))!.eventSeq),
    );
    expect((await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?limit=200`)).body).toMatchObject({ nextCursor: null, total: 120 });
    expect((await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?after=100`)).body.items.map(({ step }) => step)).toEqual(
      range(100, 119),
    );
    for (const part of ['metrics', 'logs', 'events'])
      expectProblem(await api.ask('GET', `jobs/${id}/${part}?cursor=x`), 400, 'invalid_cursor');
  });

  it('of logs is read from its end, page by page, filtered like the other', async () => {
    const { id } = await api.submit();
    await run(id, { steps: 120, perFrame: 40 });
    const lines = ({ items }: List<LogLine>) => items.map(({ line }) => Number(line.slice('step '.length)));
    const read = async (query: string) => {
      const { status, text, body } = await api.ask<List<LogLine>>('GET', `jobs/${id}/logs?limit=50${query}`);
      expect(status, text).toBe(200);
      return body;
    };
    const last = await read('&tail=true');
    expect([lines(last), last.total]).toEqual([range(70, 119), 120]);
    const middle = await read(`&tail=true&cursor=${last.nextCursor}`);
    expect(lines(middle)).toEqual(range(20, 69));
    expect(await read(`&before=${last.items[0]!.seq}`)).toEqual(middle);
    const first = await read(`&before=1000&cursor=${middle.nextCursor}`);
    expect([lines(first), first.nextCursor]).toEqual([range(0, 19), null]);
    const odd = await read('&tail=true&rank=1&attempt=1');
    expect([lines(odd), odd.total]).toEqual([
      range(10, 59)
        .map((half) => half * 2 + 1)
        .slice(0, 50),
      60,
    ]);
    const found = await read('&tail=true&search=STEP%2011');
    expect([lines(found), found.nextCursor, found.total]).toEqual([[11, ...range(110, 119)], null, 11]);
    expect(await read('&tail=true&attempt=2')).toEqual({ items: [], nextCursor: null, total: 0 });
    for (const path of ['after=1&tail=true', 'after=1&before=3'])
      expectProblem(await api.ask('GET', `jobs/${id}/logs?${path}`), 422, 'invalid_spec', 'after');
    const headers = { accept: 'text/event-stream' };
    expectProblem(await api.ask('GET', `jobs/${id}/logs?tail=true`, { headers }), 422, 'invalid_spec', 'tail');
    expectProblem(await api.ask('GET', `jobs/${id}/logs?before=9`, { headers }), 422, 'invalid_spec', 'before');
    expectProblem(await api.ask('GET', `jobs/${id}/logs?tail=true&cursor=x`), 400, 'invalid_cursor');
  });

  it('of metrics can be a picture, after which the stream goes on', async () => {
    const { id } = await api.submit();
    await run(id, { steps: 300, perFrame: 100 });
    const { status, body } = await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?points=20`);
    expect([status, body.nextCursor, body.total]).toEqual([200, null, 300]);
    const steps = body.items.map(({ step }) => step);
    expect(steps.length).toBeLessThanOrEqual(20);
    expect([steps[0], steps.at(-1)]).toEqual([0, 299]);
    const whole = (await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?points=4000`)).body;
    expect(whole.items.map(({ step }) => step)).toEqual(range(0, 299));
    for (const point of body.items) expect(whole.items).toContainEqual(point);
    const part = (await api.ask<List<MetricPoint>>('GET', `jobs/${id}/metrics?points=20&from=100&to=110`)).body;
    expect(part.items).toEqual(whole.items.slice(100, 111));
    const lastSeq = Math.max(...body.items.map(({ seq }) => seq));
    expect((await readStream(api, `jobs/${id}/metrics?after=${lastSeq}`)).map(({ event }) => event)).toEqual(['end']);
    for (const [query, path] of [
      ['points=2', 'points'],
      ['points=9999', 'points'],
      ['from=1', 'from'],
      ['points=20&after=3', 'after'],
      ['points=20&cursor=3', 'cursor'],
    ] as const)
      expectProblem(await api.ask('GET', `jobs/${id}/metrics?${query}`), 422, 'invalid_spec', path);
    const headers = { accept: 'text/event-stream' };
    expectProblem(await api.ask('GET', `jobs/${id}/metrics?points=20`, { headers }), 422, 'invalid_spec', 'points');
  });
});
