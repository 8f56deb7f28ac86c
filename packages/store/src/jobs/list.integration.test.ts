import { newId } from '@massif/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleJob, openTestStore, range, type TestStore } from '../../test/store.ts';
import type { Job, PageQuery } from '../rows.ts';
import type { JobFilter } from '../store.ts';

let test: TestStore;
let ids: string[];

beforeAll(async () => {
  test = await openTestStore();
  await test.store.queues.ensure({ projectId: test.projectId, name: 'second' });
  // Many of the same millisecond: the id decides.
  const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 10));
  const jobs = await Promise.all(
    range(0, 45).map((index) =>
      test.submit({
        id: newId('job'),
        name: `Run_${index}%`,
        queue: index % 3 ? 'default' : 'second',
        createdAt: at(index),
        priority: index,
      }),
    ),
  );
  ids = jobs.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
});
afterAll(() => test[Symbol.asyncDispose]());

async function pages(
  filter: PageQuery & JobFilter,
  between: () => Promise<unknown> = async () => {},
): Promise<{ jobs: Job[]; totals: number[] }> {
  const jobs: Job[] = [];
  const totals: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await test.store.jobs.list('everyProject', { ...filter, ...(cursor === undefined ? {} : { cursor }) });
    jobs.push(...page.items);
    totals.push(page.total);
    cursor = page.nextCursor ?? undefined;
    await between();
  } while (cursor !== undefined);
  return { jobs, totals };
}

it('lists the newest first, each job once, and counts all', async () => {
  for (const limit of [1, 7, 45, 200]) {
    const { jobs, totals } = await pages({ limit });
    expect(jobs.map(({ id }) => id)).toEqual(ids);
    expect(new Set(totals)).toEqual(new Set([45]));
  }
  expect((await test.store.jobs.list('everyProject')).items).toHaveLength(45);
});

it('neither repeats nor leaves out a job while others come and go', async () => {
  const { store, submit, sql } = test;
  const added: string[] = [];
  const { jobs } = await pages({ limit: 10 }, async () => {
    const { id } = await submit();
    added.push(id);
    await store.jobs.transition({ jobId: ids[20]!, from: ['submitted', 'planned', 'queued'], to: 'queued' });
  });
  expect(jobs.map(({ id }) => id)).toEqual(ids);
  await sql('delete from job where id = any($1)', [added]);
});

it('filters by state, kind, queue, name and a part of name or id', async () => {
  const { store } = test;
  await store.jobs.transition({ jobId: ids[0]!, from: ['submitted'], to: 'failed' });
  const namesOf = async (filter: JobFilter) => (await pages({ ...filter, limit: 20 })).jobs.map(({ name }) => name);
  expect(await namesOf({ states: ['failed'] })).toEqual(['Run_44%']);
  expect(await namesOf({ states: [] })).toEqual([]);
  expect(await namesOf({ kind: 'deploy' })).toEqual([]);
  expect((await namesOf({ queue: 'second' })).length).toBe(15);
  expect(await namesOf({ name: 'Run_7%' })).toEqual(['Run_7%']);
  // Not patterns: `_` and `%` are characters.
  expect(await namesOf({ search: 'RUN_4%' })).toEqual(['Run_4%']);
  expect(await namesOf({ search: '%' })).toHaveLength(45);
  expect(await namesOf({ search: '_%_' })).toEqual([]);
  expect(await namesOf({ search: ids[3]!.slice(8).toLowerCase() })).toHaveLength(1);
  const { total } = await store.jobs.list('everyProject', { queue: 'second', limit: 1 });
  expect(total).toBe(15);
});

it('shows a project its own jobs', async () => {
  const { store, sql } = test;
  const projectId = newId('project');
  await sql('insert into project (id, name) values ($1, $1)', [projectId]);
  await store.queues.ensure({ projectId, name: 'default' });
  await store.jobs.submit(exampleJob(projectId));
  expect((await store.jobs.list({ projectId })).items).toMatchObject([{ projectId, project: projectId }]);
  expect((await store.jobs.list({ projectId: test.projectId })).total).toBe(45);
  expect(await store.jobs.countByState({ projectId })).toEqual({ submitted: 1 });
  await sql('delete from job where project_id = $1', [projectId]);
});

it.each([
  '',
  'x',
  'bnVsbA',
  Buffer.from('[1]').toString('base64url'),
  Buffer.from('["a","b"]').toString('base64url'),
  Buffer.from('[1e300,"b"]').toString('base64url'),
  Buffer.from('[1,"\\u0000"]').toString('base64url'),
])('refuses the cursor %j, which no page gave', async (cursor) => {
  await expect(test.store.jobs.list('everyProject', { cursor })).rejects.toMatchObject({
    code: 'invalid_cursor',
    context: { path: 'cursor' },
  });
});

it('knows which jobs are to be looked after, oldest first', async () => {
  const { store } = test;
  const active = await store.jobs.active();
  const ended = new Set((await store.jobs.list('everyProject', { states: ['failed'] })).items.map(({ id }) => id));
  expect(active.map(({ id }) => id)).toEqual(ids.filter((id) => !ended.has(id)).toReversed());
  const counts = await store.jobs.countByState('everyProject');
  expect(counts['failed']).toBe(ended.size);
  expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(45);
});
