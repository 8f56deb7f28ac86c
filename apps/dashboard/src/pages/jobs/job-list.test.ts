import type { JobSummary } from '@massif/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createJobList } from './job-list.ts';
import type { JobsSearch } from './search.ts';
import { rowAt, type PageAnswer } from './window.ts';

const idOf = (number: number) => `job_${String(number).padStart(8, '0')}`;
const jobOf = (number: number, state: JobSummary['state'] = 'running'): JobSummary =>
  ({ id: idOf(number), name: `job ${number}`, kind: 'train', queue: 'default', state }) as JobSummary;

/** A list over jobs that can be added to, read as the API reads it. */
function listOf(count: number, filter: JobsSearch = {}) {
  const jobs = Array.from({ length: count }, (_, index) => jobOf(index + 1));
  const asked: { offset?: number; cursor?: string }[] = [];
  const list = createJobList(filter, ({ order, limit, cursor, offset = 0 }): Promise<PageAnswer<JobSummary>> => {
    asked.push({ ...(offset > 0 && { offset }), ...(cursor !== undefined && { cursor }) });
    const inOrder = order === 'newest' ? jobs.toReversed() : jobs;
    const from = cursor === undefined ? offset : Number(cursor);
    const items = inOrder.slice(from, from + limit);
    return Promise.resolve({ items, nextCursor: from + limit < jobs.length ? String(from + limit) : null, total: jobs.length });
  });
  onTestFinished(list.end);
  return { list, jobs, asked };
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
    made.list.reconnected();
    await expect.poll(() => made.list.state().arrived).toBe(1);
    expect(rowAt(made.list.state().window, 2)?.state).toBe('succeeded');
  });

  it('reads nothing of what a dragged bar only passes', async () => {
    const made = await opened(100_000);
    for (let first = 1000; first <= 60_000; first += 1000) made.list.look({ ...top, first, last: first + 20 });
    await expect.poll(() => rowAt(made.list.state().window, 60_010)?.name).toBe('job 39990');
    expect(made.asked).toHaveLength(2);
  });

  it('keeps what it has when a page cannot be read, says so, and reads it when it is looked at again', async () => {
    let isAway = false;
    const list = createJobList({}, () =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve({ items: [jobOf(2), jobOf(1)], nextCursor: null, total: 2 }),
    );
    onTestFinished(list.end);
    list.look(top);
    await expect.poll(() => list.state().window.total).toBe(2);
    isAway = true;
    list.refresh();
    await expect.poll(() => list.state().error?.message).toBe('away');
    expect(rowAt(list.state().window, 0)?.name).toBe('job 2');
    isAway = false;
    list.refresh();
    await expect.poll(() => list.state().error).toBeUndefined();
  });
});
