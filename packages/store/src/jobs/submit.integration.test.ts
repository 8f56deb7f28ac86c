import { newId } from '@massif/contracts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exampleJob, openTestStore, range, sha256, type TestStore } from '../../test/store.ts';
import type { SubmitJob } from '../store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
});
afterAll(() => test[Symbol.asyncDispose]());

/** A request with a key, answered with the id of its job. */
function keyed(key: string, body = key): SubmitJob {
  const job = exampleJob(test.projectId);
  return { ...job, name: key, idempotency: { key, bodyHash: sha256(body), status: 201, body: { id: job.id } } };
}

it('makes 100 jobs of 200 concurrent requests with 100 keys, and answers each key alike', async () => {
  const { store, sql } = test;
  const requests = range(0, 200).map((index) => keyed(`key-${index % 100}`));
  const answers = await Promise.all(
    requests.map(async (request) => {
      const answer = await store.jobs.submit(request);
      return [request.name, answer.replayed ? (answer.body['id'] as string) : answer.job.id] as const;
    }),
  );
  expect(answers).toHaveLength(200);
  const idsOf = Map.groupBy(answers, ([name]) => name);
  for (const [name, both] of idsOf) expect(new Set(both.map(([, id]) => id)).size, name).toBe(1);
  const jobs = await sql("select id from job where name like 'key-%'");
  expect(jobs.map(({ id }) => id as string).toSorted()).toEqual([...new Set(answers.map(([, id]) => id))].toSorted());
  expect(jobs).toHaveLength(100);
  expect(await sql("select count(*)::integer as n from event e join job j on j.id = e.job_id where j.name like 'key-%'")).toEqual([
    { n: 100 },
  ]);
});

it('refuses a key that comes with another body', async () => {
  const { store, projectId } = test;
  const first = keyed('twice');
  await store.jobs.submit(first);
  await expect(store.jobs.submit(keyed('twice', 'other'))).rejects.toMatchObject({ code: 'idempotency_conflict', status: 409 });
  await expect(store.jobs.firstAnswer({ projectId, key: 'twice', bodyHash: sha256('other') })).rejects.toMatchObject({
    code: 'idempotency_conflict',
  });
  expect(await store.jobs.firstAnswer({ projectId, key: 'twice', bodyHash: sha256('twice') })).toEqual({
    status: 201,
    body: { id: first.id },
  });
  expect(await store.jobs.firstAnswer({ projectId, key: 'never', bodyHash: sha256('x') })).toBeNull();
});

it('forgets a key after its time, and takes it again', async () => {
  const { store, sql, projectId } = test;
  await store.jobs.submit(keyed('old'));
  await sql("update idempotency_key set expires_at = now() - interval '1 second' where key = 'old'");
  expect(await store.jobs.firstAnswer({ projectId, key: 'old', bodyHash: sha256('old') })).toBeNull();
  const answers = await Promise.all(range(0, 8).map(() => store.jobs.submit(keyed('old', 'new body'))));
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(await sql("select id from job where name = 'old'")).toHaveLength(2);
});

it('keeps keys of different projects apart', async () => {
  const { store, sql } = test;
  const projectId = newId('project');
  await sql("insert into project (id, name) values ($1, 'other')", [projectId]);
  await store.queues.ensure({ projectId, name: 'default' });
  await store.jobs.submit(keyed('shared'));
  const elsewhere = { ...exampleJob(projectId), idempotency: { key: 'shared', bodyHash: sha256('x'), status: 201, body: {} } };
  expect(await store.jobs.submit(elsewhere)).toMatchObject({ replayed: false });
});

it('names the queue that there is none of', async () => {
  await expect(test.submit({ queue: 'nowhere' })).rejects.toMatchObject({ code: 'not_found', context: { path: 'queue' } });
});

it('gives back the job as it is stored, and nothing beside it', async () => {
  const { store, submit, projectId } = test;
  const spec = { kind: 'train', text: 'nul \0 half \uD800 whole \u{1F600}', nested: { list: [1, null, { deep: true }] } };
  const createdAt = new Date('2026-01-31T12:34:56.789Z');
  const job = await submit({ name: 'whole', priority: 7, spec, plan: { layout: { dp: 2 } }, createdBy: 'tok_1', createdAt });
  expect(job).toEqual({
    id: job.id,
    projectId,
    project: 'default',
    queue: 'default',
    name: 'whole',
    kind: 'train',
    priority: 7,
    state: 'submitted',
    version: 1,
    eventSeq: 1,
    attempt: 0,
    reason: null,
    spec: { ...spec, text: 'nul \uFFFD half \uFFFD whole \u{1F600}' },
    plan: { layout: { dp: 2 } },
    result: null,
    cancelRequestedAt: null,
    notBefore: null,
    restarts: 0,
    restartsWithoutProgress: 0,
    createdBy: 'tok_1',
    createdAt,
    updatedAt: createdAt,
    startedAt: null,
    endedAt: null,
    progress: null,
  });
  expect(await store.jobs.get({ projectId }, job.id)).toEqual(job);
  expect(await store.jobs.get({ projectId: newId('project') }, job.id)).toBeNull();
});
