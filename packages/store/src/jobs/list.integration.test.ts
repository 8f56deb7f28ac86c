import { newId } from '@massif/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleJob, openTestStore, range, type TestStore } from '../../test/store.ts';
import type { Job } from '../rows.ts';
import type { JobFilter, JobQuery } from '../store.ts';

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

async function pages(filter: JobQuery, between: () => Promise<unknown> = async () => {}): Promise<{ jobs: Job[]; totals: number[] }> {
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

it('lists the oldest first when asked to, and begins anywhere', async () => {
  const { store } = test;
  const oldest = ids.toReversed();
  expect((await pages({ limit: 7, order: 'oldest' })).jobs.map(({ id }) => id)).toEqual(oldest);
  for (const [order, all] of [
    ['newest', ids],
    ['oldest', oldest],
  ] as const)
    for (const offset of [0, 1, 22, 44, 45, 1000]) {
      const page = await store.jobs.list('everyProject', { limit: 10, order, offset });
      expect({ ids: page.items.map(({ id }) => id), total: page.total }).toEqual({ ids: all.slice(offset, offset + 10), total: 45 });
      if (page.nextCursor === null) continue;
      const next = await store.jobs.list('everyProject', { limit: 5, order, cursor: page.nextCursor });
      expect(next.items.map(({ id }) => id)).toEqual(all.slice(offset + 10, offset + 15));
    }
});

it('has what is short of the same jobs', async () => {
  const { store, submit, sql } = test;
  const config = { model_type: 'gpt2', n_layer: 2, more: 'x'.repeat(1000) };
  const training = { steps: 9, globalBatch: 4, sequence: 8, seed: 1 };
  const layout = { dp: 2, tp: 1 };
  const made = await submit({
    spec: { kind: 'train', model: { config }, data: { text: ['a'] }, training },
    plan: { layout, devices: 2, explanation: ['long'] },
  });
  const { items, total } = await store.jobs.summaries('everyProject', { limit: 1 });
  const { result: _, ...whole } = (await store.jobs.get('everyProject', made.id))!;
  const { seed: _seed, ...sizes } = training;
  const expected = {
    ...whole,
    spec: { kind: 'train', model: { config: { model_type: 'gpt2', n_layer: 2 } }, training: sizes },
    plan: { layout, devices: 2 },
    result: null,
  };
  expect({ items, total }).toEqual({ items: [expected], total: 46 });
  expect(await store.jobs.summariesOf('everyProject', [made.id, 'job_none'])).toEqual([expected]);
  expect(await store.jobs.summariesOf({ projectId: newId('project') }, [made.id])).toEqual([]);
  for (const model of [{ preset: 'gpt2' }, { path: '/x' }]) {
    await sql('update job set spec = $2, plan = null where id = $1', [made.id, { kind: 'train', model }]);
    expect(await store.jobs.summariesOf('everyProject', [made.id])).toMatchObject([{ spec: { kind: 'train', model }, plan: null }]);
  }
  await sql('delete from job where id = $1', [made.id]);
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
  for (const search of [ids[3]!, ids[3]!.toLowerCase(), ids[3]!.slice(8).toLowerCase()])
    expect(await namesOf({ search }), search).toEqual([(await store.jobs.get('everyProject', ids[3]!))!.name]);
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
