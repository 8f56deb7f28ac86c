import type { JobSummary } from '@massif/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobList, mayCatchUp } from './job-list.ts';
import { matches, type JobsSearch } from './search.ts';
import { rowAt, type PageAnswer } from './window.ts';

const idOf = (number: number) => `job_${String(number).padStart(8, '0')}`;
const jobOf = (number: number, state: JobSummary['state'] = 'running'): JobSummary =>
  ({ id: idOf(number), name: `job ${number}`, kind: 'train', queue: 'default', state }) as JobSummary;

/** A list over jobs that can be added to and changed, read as the API reads it; while it is away, it answers nothing. */
function listOf(count: number, filter: JobsSearch = {}) {
  const jobs = Array.from({ length: count }, (_, index) => jobOf(index + 1));
  const asked: { offset?: number; cursor?: string }[] = [];
  const api = { isAway: false, answered: Promise.resolve() };
  const answer = async <Answer>(read: () => Answer): Promise<Answer> => {
    if (api.isAway) throw new Error('away');
    const value = read();
    await api.answered;
    return value;
  };
  const list = createJobList(filter, {
    page: ({ order, limit, cursor, offset = 0 }) => {
      asked.push({ ...(offset > 0 && { offset }), ...(cursor !== undefined && { cursor }) });
      return answer((): PageAnswer<JobSummary> => {
        const all = jobs.filter((job) => matches(filter, job));
        const inOrder = order === 'newest' ? all.toReversed() : all;
        const isBehind = ({ id }: JobSummary) => cursor === undefined || (order === 'newest' ? id < cursor : id > cursor);
        const rest = inOrder.filter(isBehind).slice(offset);
        const items = rest.slice(0, limit);
        return { items, nextCursor: rest.length > limit ? items.at(-1)!.id : null, total: all.length };
      });
    },
    job: ({ id }) => answer(() => jobs.find((job) => job.id === id)!),
  });
  onTestFinished(list.end);
  return { list, jobs, asked, api };
}

const top = { first: 0, last: 20, ahead: { up: 0, down: 0 } };
const namesOf = ({ list }: ReturnType<typeof listOf>, count: number) =>
  Array.from({ length: count }, (_, index) => rowAt(list.state().window, index)?.name);

async function opened(count: number, filter?: JobsSearch) {
  const made = listOf(count, filter);
  made.list.look(top);
  await expect.poll(() => made.list.state().window.total).toBe(count);
  return made;
}

describe('a list of jobs', () => {
  it('patches a row in its place, and moves none for a job that has come', async () => {
    const made = await opened(3);
    made.jobs.push(jobOf(4));
    made.list.change([jobOf(4), jobOf(2, 'failed')]);
    expect(namesOf(made, 4)).toEqual(['job 3', 'job 2', 'job 1', undefined]);
    expect(rowAt(made.list.state().window, 1)?.state).toBe('failed');
    expect(made.list.state()).toMatchObject({ arrived: 1, departed: 0 });
    made.list.refresh();
    await expect.poll(() => namesOf(made, 4)).toEqual(['job 4', 'job 3', 'job 2', 'job 1']);
    expect(made.list.state().arrived).toBe(0);
  });

  it('under a filter counts only what belongs there, and what does not any more', async () => {
    const made = await opened(3, { state: 'running' });
    made.list.change([jobOf(4, 'queued'), jobOf(5), jobOf(3, 'succeeded')]);
    expect(made.list.state()).toMatchObject({ arrived: 1, departed: 1 });
    made.list.change([jobOf(5, 'failed')]);
    expect(made.list.state().arrived).toBe(0);
  });

  it('goes on when its last job goes before it is read', async () => {
    const made = await opened(201, { state: 'running' });
    const oldest = made.jobs.shift()!;
    made.list.look({ ...top, first: 180, last: 200 });
    await expect.poll(() => made.list.state().window.total).toBe(200);
    made.list.change([oldest]);
    expect(made.list.state()).toMatchObject({ arrived: 0, departed: 0 });
  });

  it('asks what has changed when the stream begins anew', async () => {
    const made = await opened(3);
    made.jobs.push(jobOf(4));
    made.jobs[0] = jobOf(1, 'succeeded');
    made.list.revalidate();
    await expect.poll(() => made.list.state().arrived).toBe(1);
    expect(rowAt(made.list.state().window, 2)?.state).toBe('succeeded');
  });

  it('reads nothing of what a dragged bar only passes', async () => {
    const made = await opened(100_000);
    for (let first = 1000; first <= 60_000; first += 1000) made.list.look({ ...top, first, last: first + 20 });
    await expect.poll(() => rowAt(made.list.state().window, 60_010)?.name).toBe('job 39990');
    expect(made.asked).toHaveLength(2);
  });

  it('keeps what it has when it cannot be read anew, says so, and reads it again by itself', async () => {
    const made = await opened(2);
    made.api.isAway = true;
    made.list.refresh();
    await expect.poll(() => made.list.state().error?.message).toBe('away');
    expect(namesOf(made, 2)).toEqual(['job 2', 'job 1']);
    made.api.isAway = false;
    await expect.poll(() => made.list.state().error).toBeUndefined();
  });
});

describe('a list of jobs that nobody told what changed', () => {
  it('shows what has become of those that left it, in their places, and counts them', async () => {
    const made = await opened(300, { state: 'running' });
    for (const number of [299, 295, 150]) made.jobs[number - 1] = jobOf(number, 'succeeded');
    made.list.revalidate();
    await expect.poll(() => rowAt(made.list.state().window, 150)?.state).toBe('succeeded');
    expect(namesOf(made, 6)).toEqual(['job 300', 'job 299', 'job 298', 'job 297', 'job 296', 'job 295']);
    expect([0, 1, 2, 5].map((index) => rowAt(made.list.state().window, index)?.state)).toEqual([
      'running',
      'succeeded',
      'running',
      'succeeded',
    ]);
    expect(made.list.state()).toMatchObject({ arrived: 0, departed: 3 });
    made.list.refresh();
    await expect.poll(() => made.list.state()).toMatchObject({ departed: 0, window: { total: 297 } });
    expect(rowAt(made.list.state().window, 1)?.name).toBe('job 298');
  });

  it('counts those that left it out of view, and reads their pages again before it shows them', async () => {
    const made = await opened(1000);
    const deep = { ...top, first: 500, last: 520 };
    made.list.look(deep);
    await expect.poll(() => rowAt(made.list.state().window, 510)?.name).toBe('job 490');
    for (const number of [990, 490]) made.jobs[number - 1] = jobOf(number, 'succeeded');
    made.list.revalidate();
    await expect.poll(() => rowAt(made.list.state().window, 510)?.state).toBe('succeeded');
    expect(rowAt(made.list.state().window, 10)).toBeUndefined();
    made.list.look(top);
    await expect.poll(() => rowAt(made.list.state().window, 10)).toMatchObject({ name: 'job 990', state: 'succeeded' });
  });

  it('knows from the total alone that some have left it elsewhere', async () => {
    const made = await opened(1000, { state: 'running' });
    made.jobs[4] = jobOf(5, 'failed');
    made.list.revalidate();
    await expect.poll(() => made.list.state().departed).toBe(1);
    expect(mayCatchUp(made.list.state(), true)).toBe(true);
  });

  it('finds the rows in view again, however many have come and gone above and below', async () => {
    const made = await opened(3000, { state: 'running' });
    made.list.look({ ...top, first: 1500, last: 1520 });
    await expect.poll(() => rowAt(made.list.state().window, 1510)?.name).toBe('job 1490');
    for (let number = 1; number <= 900; number++) made.jobs[number - 1] = jobOf(number, 'failed');
    for (let number = 2400; number <= 2500; number++) made.jobs[number - 1] = jobOf(number, 'failed');
    made.jobs[1489] = jobOf(1490, 'succeeded');
    made.jobs.push(jobOf(3001));
    made.list.revalidate();
    await expect.poll(() => rowAt(made.list.state().window, 1510)?.state).toBe('succeeded');
    const states = Array.from({ length: 150 }, (_, index) => rowAt(made.list.state().window, 1420 + index)?.state);
    expect(states.filter((state) => state !== 'running')).toEqual(['succeeded']);
    expect(made.list.state().arrived).toBe(1);
  });

  it.each(['revalidate', 'refresh'] as const)('takes no answer to %s for newer than what the stream said meanwhile', async (ask) => {
    const made = await opened(3);
    const { promise, resolve } = Promise.withResolvers<void>();
    made.api.answered = promise;
    made.jobs[0] = jobOf(1, 'failed');
    made.list[ask]();
    made.list.change([jobOf(4), jobOf(2, 'succeeded')]);
    resolve();
    await expect.poll(() => rowAt(made.list.state().window, 2)?.state).toBe('failed');
    expect(rowAt(made.list.state().window, 1)?.state).toBe('succeeded');
    expect(made.list.state().arrived).toBe(1);
  });

  it('takes no page for newer than what the stream said while it was on its way', async () => {
    const made = await opened(1000, { state: 'running' });
    const { promise, resolve } = Promise.withResolvers<void>();
    made.api.answered = promise;
    made.list.look({ ...top, first: 500, last: 520 });
    await expect.poll(() => made.asked).toContainEqual({ offset: 400 });
    made.list.change([jobOf(490, 'failed')]);
    resolve();
    await expect.poll(() => rowAt(made.list.state().window, 510)).toMatchObject({ name: 'job 490', state: 'failed' });
    expect(made.list.state().departed).toBe(1);
  });

  it('reads what is missing in view when the API is back, and takes its complaint away', async () => {
    const made = await opened(1000);
    made.api.isAway = true;
    made.list.look({ ...top, first: 800, last: 820 });
    await expect.poll(() => made.list.state().error?.message).toBe('away');
    made.api.isAway = false;
    await expect.poll(() => rowAt(made.list.state().window, 810)?.name).toBe('job 190');
    expect(made.list.state().error).toBeUndefined();
  });

  it('is read for the first time when the stream comes back', async () => {
    const made = listOf(3);
    made.api.isAway = true;
    made.list.look(top);
    await expect.poll(() => made.list.state().error?.message).toBe('away');
    made.api.isAway = false;
    made.list.revalidate();
    await expect.poll(() => namesOf(made, 3)).toEqual(['job 3', 'job 2', 'job 1']);
    expect(made.list.state().error).toBeUndefined();
  });
});

describe('a list that is behind', () => {
  it('is read anew where rows may move, or where there are none', async () => {
    const made = await opened(0, { state: 'failed' });
    expect(mayCatchUp(made.list.state(), true)).toBe(false);
    made.list.change([jobOf(1, 'failed')]);
    expect([true, false].map((mayMove) => mayCatchUp(made.list.state(), mayMove))).toEqual([true, true]);
    made.jobs.push(jobOf(1, 'failed'));
    made.list.refresh();
    await expect.poll(() => namesOf(made, 1)).toEqual(['job 1']);
    made.list.change([jobOf(2, 'failed')]);
    expect([true, false].map((mayMove) => mayCatchUp(made.list.state(), mayMove))).toEqual([true, false]);
  });
});
