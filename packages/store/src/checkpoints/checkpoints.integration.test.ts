import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, openTestStore, range, type TestStore } from '../../test/store.ts';
import type { AttemptToken } from '../store.ts';

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore({ devices: 16 });
});
afterAll(() => test[Symbol.asyncDispose]());

const files = [{ path: 'rank-0.safetensors', bytes: 2 ** 40, sha256: 'a'.repeat(64) }];
const commit = (token: AttemptToken, step: number) =>
  test.store.checkpoints.commit(token, { step, path: `/c/step-${step}`, bytes: 2 ** 40, files });

it('is committed once for each step of an attempt, however often it is said', async () => {
  const { store, run } = test;
  const { job, attempt, token } = await run([0, 1]);
  const answers = await Promise.all(range(0, 8).map(() => commit(token, 100)));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({
    jobId: job.id,
    attemptId: attempt.id,
    attempt: 1,
    step: 100,
    path: '/c/step-100',
    bytes: 2 ** 40,
    files,
    expiredAt: null,
  });
  expect((await store.events.after('everyProject', job.id)).filter(({ type }) => type === 'checkpoint')).toMatchObject([
    { attempt: 1, data: { step: 100, id: answers[0]!.id } },
  ]);
  expect(await store.checkpoints.latest(job.id)).toEqual(answers[0]);
});

it('is listed newest first, in pages', async () => {
  const { store, run, projectId } = test;
  const { job, token } = await run([2, 3]);
  expect(await store.checkpoints.latest(job.id)).toBeNull();
  for (const step of range(1, 8)) await commit(token, step * 10);
  const steps: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.checkpoints.list({ projectId }, job.id, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.total).toBe(7);
    steps.push(...page.items.map(({ step }) => step));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(steps).toEqual([70, 60, 50, 40, 30, 20, 10]);
  expect(await store.checkpoints.list({ projectId: 'prj_other' }, job.id)).toEqual({ items: [], nextCursor: null, total: 0 });
});

it('beyond those that are kept is listed no more, and given back until its files are deleted', async () => {
  const { store, run } = test;
  const { job, token } = await run([4, 5]);
  for (const step of range(1, 6)) await commit(token, step);
  const gone = await store.checkpoints.expire(job.id, { keep: 2 });
  expect(gone.map(({ step }) => step)).toEqual([3, 2, 1]);
  expect((await store.checkpoints.list('everyProject', job.id)).items.map(({ step }) => step)).toEqual([5, 4]);
  expect((await store.checkpoints.latest(job.id))!.step).toBe(5);
  await store.checkpoints.markRemoved([gone[0]!.id]);
  await commit(token, 6);
  expect((await store.checkpoints.expire(job.id, { keep: 2 })).map(({ step }) => step)).toEqual([4, 2, 1]);
  // One that is still kept cannot be marked.
  const { items } = await store.checkpoints.list('everyProject', job.id);
  await store.checkpoints.markRemoved(items.map(({ id }) => id));
  expect((await store.checkpoints.expire(job.id, { keep: 0 })).map(({ step }) => step)).toEqual([6, 5, 4, 2, 1]);
});

it('of the latest attempt is what the next one resumes from, also when it had to go back', async () => {
  const { store, run, node } = test;
  const first = await run([6, 7]);
  for (const step of [10, 20, 30]) await commit(first.token, step);
  await store.jobs.transition({ jobId: first.job.id, from: ['running'], to: 'recovering', endAttempt: true });
  const second = await launch(store, first.job.id, { node, devices: [6, 7] });
  await commit(second.token, 20);
  expect(await store.checkpoints.latest(first.job.id)).toMatchObject({ step: 20, attempt: 2 });
});
