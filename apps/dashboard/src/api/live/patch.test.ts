import { newId, type Job, type JobSummary, type List } from '@massif/contracts';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keys } from '../keys.ts';
import { patchCaches, patchJobs } from './patch.ts';

const job = (id: string, fields: Partial<JobSummary> = {}): JobSummary => ({
  id,
  name: id,
  kind: 'train',
  project: 'default',
  queue: 'default',
  state: 'running',
  reason: null,
  attempt: 1,
  createdAt: '2026-01-31T12:34:56.789Z',
  startedAt: null,
  endedAt: null,
  progress: null,
  model: 'gpt2',
  modelParameters: 124_000_000,
  devices: 1,
  ...fields,
});

const at = (minute: number) => `2026-01-31T12:${String(minute).padStart(2, '0')}:00.000Z`;
const running = { state: ['running', 'recovering'] } as const;
const list: List<JobSummary> = {
  items: [job('a', { createdAt: at(30) }), job('b', { createdAt: at(20) }), job('c', { createdAt: at(10) })],
  nextCursor: null,
  total: 3,
};

describe('a list of jobs', () => {
  it('shows what changed in the same places, and keeps the rows that did not', () => {
    const { list: patched, unknown } = patchJobs(list, running, [job('b', { attempt: 2 }), job('a', { state: 'recovering' })]);
    expect(patched.items.map(({ id, attempt, state }) => [id, attempt, state])).toEqual([
      ['a', 1, 'recovering'],
      ['b', 2, 'running'],
      ['c', 1, 'running'],
    ]);
    expect(patched.items[2]).toBe(list.items[2]);
    expect(unknown).toBe(false);
  });

  it('is asked for again when a job came that belongs into it', () => {
    expect(patchJobs(list, running, [job('d')])).toMatchObject({ list, unknown: true });
    expect(patchJobs(list, {}, [job('d', { state: 'failed' })]).unknown).toBe(true);
  });

  it('is left alone while jobs change that do not belong into it', () => {
    expect(patchJobs(list, running, [job('d', { state: 'queued' })])).toMatchObject({ list, unknown: false });
  });

  it('is asked for again when a job in it belongs into it no longer', () => {
    expect(patchJobs(list, running, [job('c', { state: 'succeeded' })]).unknown).toBe(true);
  });

  it('that shows a part is left alone while jobs change that lie behind', () => {
    const part = { ...list, total: 50 };
    const older = job('d', { createdAt: at(5) });
    const newer = job('d', { createdAt: at(15) });
    expect([older, newer].map((change) => patchJobs(part, running, [change]).unknown)).toEqual([false, true]);
    const oldestFirst = { ...part, items: part.items.toReversed() };
    const latest = job('d', { createdAt: at(40) });
    expect([older, latest].map((change) => patchJobs(oldestFirst, { ...running, order: 'oldest' }, [change]).unknown)).toEqual([
      true,
      false,
    ]);
  });
});

describe('what the stream says of a job', () => {
  const id = newId('job');
  const of = (state: Job['state'], attempt = 1) => ({ id, state, attempt }) as Job;

  /** A query for the job whose answer has not come yet. */
  function asking(before?: Job) {
    const queryClient = new QueryClient();
    onTestFinished(() => queryClient.clear());
    if (before) queryClient.setQueryData(keys.job(id), before);
    const { promise, resolve } = Promise.withResolvers<Job>();
    const asked = queryClient.prefetchQuery({ queryKey: keys.job(id), queryFn: () => promise });
    const answer = async (job: Job) => {
      resolve(job);
      await asked;
    };
    return { queryClient, answer, state: () => queryClient.getQueryState<Job>(keys.job(id)) };
  }

  it.each([{ before: undefined }, { before: of('launching') }])(
    'is not undone by an answer that was on its way, after $before',
    async ({ before }) => {
      const { queryClient, answer, state } = asking(before);
      patchCaches(queryClient, { event: 'job', data: of('succeeded') });
      await answer(of('running'));
      expect(state()).toMatchObject({ data: of('succeeded'), status: 'success', fetchStatus: 'idle' });
    },
  );

  it('is passed over when it is of an attempt before: the answer is waited for', async () => {
    const { queryClient, answer, state } = asking(of('running', 2));
    patchCaches(queryClient, { event: 'job', data: of('recovering', 1) });
    await answer(of('succeeded', 2));
    expect(state()).toMatchObject({ data: of('succeeded', 2), fetchStatus: 'idle' });
  });
});

describe('what the stream says of jobs', () => {
  const listOf = (...items: JobSummary[]): List<JobSummary> => ({ items, total: items.length, nextCursor: null });

  /** A list that is shown; it is answered when the test does so, each question in its turn. */
  function shown() {
    const queryClient = new QueryClient();
    const asked: ((list: List<JobSummary>) => void)[] = [];
    const queryFn = () => new Promise<List<JobSummary>>((resolve) => asked.push(resolve));
    const list = new QueryObserver(queryClient, { queryKey: keys.jobList({ state: 'running' }), queryFn });
    onTestFinished(list.subscribe(() => {}));
    onTestFinished(() => queryClient.clear());
    return {
      say: (...changes: JobSummary[]) => patchCaches(queryClient, { event: 'jobs', data: { changes, counts: {} } }),
      async answer(question: number, ...items: JobSummary[]) {
        await expect.poll(() => asked.length).toBe(question);
        asked[question - 1]!(listOf(...items));
      },
      steps: () => list.getCurrentResult().data?.items.map(({ id, progress }) => [id, progress?.step]),
    };
  }
  const at = (id: string, step: number) => job(id, { progress: { step } as JobSummary['progress'] });

  it('is not undone by the answer of a list that was on its way', async () => {
    const { say, answer, steps } = shown();
    await answer(1, at('a', 1), at('b', 1));
    await expect.poll(steps).toHaveLength(2);
    say(at('c', 1));
    say(at('b', 2));
    say({ ...at('a', 2), state: 'succeeded' });
    await answer(2, at('c', 1), at('a', 1), at('b', 1));
    await answer(3, at('c', 1), at('b', 2));
    await expect.poll(steps).toEqual([
      ['c', 1],
      ['b', 2],
    ]);
  });

  it('when it begins has a list asked for again that was asked for before', async () => {
    const { say, answer, steps } = shown();
    await answer(1, at('a', 1));
    await expect.poll(steps).toHaveLength(1);
    say(at('b', 1));
    say();
    await answer(2, at('a', 1));
    await answer(3, at('b', 1));
    await expect.poll(steps).toEqual([['b', 1]]);
  });
});
