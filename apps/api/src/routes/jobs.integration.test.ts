import { join } from 'node:path';
import type { Job, JobSummary, List } from '@massif/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, launch, startTestApi, tinySpec, type TestApi } from '../../test/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api[Symbol.asyncDispose]());
afterEach(() => expect(api.faults).toEqual([]));

describe('the list of jobs', () => {
  it('is read page by page, newest first, each once, while jobs are added', async () => {
    const { token } = await api.otherProject();
    const project = (await api.ask<List<{ name: string }>>('GET', 'projects', { token })).body.items[0]!.name;
    const submit = async (name: string) => (await api.ask<Job>('POST', 'jobs', { body: { ...tinySpec, name, project }, token })).body.id;
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.push(await submit(`page ${index}`));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: List<Job> = (
        await api.ask<List<Job>>('GET', `jobs?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, { token })
      ).body;
      expect(page.total).toBeGreaterThanOrEqual(7);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await submit('late');
    } while (cursor !== null);
    expect(seen).toEqual(ids.toReversed());
    const named = await api.ask<List<Job>>('GET', 'jobs?name=page%203', { token });
    expect(named.body).toMatchObject({ total: 1, nextCursor: null, items: [{ id: ids[3] }] });
    expect((await api.ask<List<Job>>('GET', 'jobs?search=PAGE', { token })).body.total).toBe(7);
    for (const nobody of ['%25', '%F0%9F%90%B3', 'job_x'])
      expect((await api.ask<List<Job>>('GET', `jobs?search=${nobody}`, { token })).body.total, nobody).toBe(0);
    expect((await api.ask<List<Job>>('GET', 'jobs?state=running,succeeded', { token })).body.total).toBe(0);
    expect((await api.ask<List<Job>>('GET', 'jobs?state=submitted&kind=train&queue=default', { token })).body.total).toBeGreaterThan(7);
    // No job gets there in this version.
    for (const state of ['serving', 'paused', 'preempting', 'rescaling'])
      expect((await api.ask<List<Job>>('GET', `jobs?state=${state}`, { token })).body).toEqual({ items: [], nextCursor: null, total: 0 });
    expect((await api.ask<List<Job>>('GET', 'jobs?state=paused,submitted', { token })).body.total).toBeGreaterThan(7);
    expect((await api.ask<List<Job>>('GET', 'jobs?project=default', { token })).body.total).toBe(0);
  });

  it('can be had short, in the other order, and from its middle on', async () => {
    const { token } = await api.otherProject();
    const project = (await api.ask<List<{ name: string }>>('GET', 'projects', { token })).body.items[0]!.name;
    const jobs: Job[] = [];
    for (const model of [tinySpec.model, { preset: 'gpt2' }, tinySpec.model]) {
      const answer = await api.ask<Job>('POST', 'jobs', { body: { ...tinySpec, model, project, resources: { devices: 1 } }, token });
      expect(answer.status, answer.text).toBe(201);
      jobs.push(answer.body);
    }
    const short = ({ spec: _spec, plan: _plan, result: _result, links: _links, ...rest }: Job) => rest;
    const { body, text } = await api.ask<List<JobSummary>>('GET', 'jobs?view=summary&order=oldest', { token });
    expect(body.items).toEqual(jobs.map((job) => ({ ...short(job), model: 'gpt2', devices: 1 })));
    expect(text).not.toContain('n_embd');
    const middle = await api.ask<List<JobSummary>>('GET', 'jobs?view=summary&offset=1&limit=1', { token });
    expect(middle.body).toMatchObject({ total: 3, items: [{ id: jobs[1]!.id }] });
    const next = await api.ask<List<Job>>('GET', `jobs?limit=1&cursor=${middle.body.nextCursor}`, { token });
    expect(next.body).toMatchObject({ total: 3, nextCursor: null, items: [{ id: jobs[0]!.id, spec: { kind: 'train' } }] });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['limit=ten', 'limit'],
    ['state=asleep', 'state[0]'],
    ['kind=sing', 'kind'],
    ['unknown=1', 'unknown'],
    ['search=', 'search'],
    ['limit=1&limit=2', 'limit'],
    ['offset=1&cursor=x', 'offset'],
    ['offset=-1', 'offset'],
    ['order=best', 'order'],
    ['view=some', 'view'],
  ])('with %s is refused by field', async (query, path) => {
    expectProblem(await api.ask('GET', `jobs?${query}`), 422, 'invalid_spec', path);
  });

  it.each(['nonsense', 'AAAA', Buffer.from('{"a":1}').toString('base64url'), Buffer.from('null').toString('base64url')])(
    'with the cursor %s, which it did not make, is refused',
    async (cursor) => {
      expectProblem(await api.ask('GET', `jobs?cursor=${cursor}`), 400, 'invalid_cursor');
      expectProblem(await api.ask('GET', `nodes?cursor=${cursor}`), 400, 'invalid_cursor');
    },
  );
});

describe('a job', () => {
  it('that nobody has is not found, whatever it is called', async () => {
    for (const id of ['job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E', 'x', '%00', '%27%3B--', '..%2F..'])
      for (const part of ['', '/events', '/metrics', '/logs', '/checkpoints', '/attempts', '/explain'])
        expect((await api.ask('GET', `jobs/${id}${part}`)).status, `${id}${part}`).toSatisfy(
          (status: number) => status === 404 || status === 422,
        );
    expectProblem(await api.ask('POST', 'jobs/job_01J9ZQ6T8W3V5X7Y9A1B2C3D4E/cancel'), 404, 'not_found');
  });

  it('is cancelled on request, once, and says so in its events', async () => {
    const { id, links } = await api.submit();
    const answer = await api.ask<Job>('POST', links['cancel']!);
    expect(answer.status).toBe(202);
    expect((await api.ask<Job>('POST', links['cancel']!, { body: {} })).status).toBe(202);
    expectProblem(await api.ask('POST', links['cancel']!, { body: { force: true } }), 422, 'invalid_spec', 'force');
    const events = await api.ask<List<{ type: string }>>('GET', links['events']!);
    expect(events.body.items.map(({ type }) => type)).toEqual(['transition', 'cancel']);
    await api.store.jobs.transition({ jobId: id, from: ['submitted'], to: 'cancelled' });
    expect((await api.ask<Job>('POST', `jobs/${id}/cancel`)).body).toMatchObject({
      state: 'cancelled',
      endedAt: expect.any(String) as string,
    });
  });

  it('shows how fast it is while its ranks run, and afterwards how fast it was', async () => {
    const { id } = await api.submit();
    const { attempt, say } = await launch(api, id);
    const progress = async () => (await api.ask<Job>('GET', `jobs/${id}`)).body.progress;
    const metrics = { columns: ['step', 'tokens', 'stepTimeMs'], rows: [[0, 64, 500]] };
    await say('frames', { seq: 1, metrics, evaluations: [], logs: [] });
    expect(await progress()).toMatchObject({ step: 1, tokensPerSecond: 128, etaSeconds: 4.5 });
    // The control plane was killed with its ranks; nobody has found out yet.
    await api.sql("update attempt set heartbeat_at = now() - interval '45 seconds' where id = $1", [attempt.id]);
    expect(await progress()).toMatchObject({ step: 1, tokensPerSecond: null, etaSeconds: null });
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'failed' });
    expect(await progress()).toMatchObject({ step: 1, tokensPerSecond: 128, etaSeconds: null });
  });

  it('shows attempts, checkpoints, progress and result as its supervisor reports them', async () => {
    const { id } = await api.submit();
    const { say, report, attempt } = await launch(api, id);
    expect((await say('heartbeat', { ranks: [{ rank: 0, pid: 4711, state: 'running', step: 3 }] })).body).toEqual({ stop: false });
    await report(1, [0, 1, 2, 3]);
    const file = { path: 'model.safetensors', bytes: 12, sha256: 'a'.repeat(64) };
    const commit = { step: 4, path: join(api.home, 'step-4'), bytes: 12, files: [file] };
    const committed = await say('checkpoints', commit);
    expect(committed.status, committed.text).toBe(201);
    expect((await say('checkpoints', commit)).body).toEqual(committed.body);
    expect((await api.ask<Job>('GET', `jobs/${id}`)).body).toMatchObject({
      state: 'running',
      attempt: 1,
      progress: { step: 4, steps: 10, loss: 5 - 3 / 1000, tokens: 256 },
    });
    expect((await api.ask<List<object>>('GET', `jobs/${id}/checkpoints`)).body).toMatchObject({
      total: 1,
      items: [{ step: 4, attempt: 1 }],
    });
    expect((await api.ask<List<object>>('GET', `jobs/${id}/attempts`)).body).toMatchObject({
      total: 1,
      items: [
        { id: attempt.id, number: 1, state: 'running', ranks: [{ rank: 0, pid: 4711, node: 'here', device: 'here/cpu:0' }, { rank: 1 }] },
      ],
    });
    expect((await api.ask<List<{ job: string | null }>>('GET', 'devices')).body.items.map(({ job }) => job)).toEqual([id, id]);
    await api.ask('POST', `jobs/${id}/cancel`);
    expect((await say('heartbeat', { ranks: [] })).body).toEqual({ stop: true });
    const finished = await say('finish', { outcome: 'succeeded', step: 10, model: { path: '/models/x' }, sample: 'Call me' });
    expect(finished.status, finished.text).toBe(200);
    expect((await api.ask('GET', `jobs/${id}/explain`)).body).toMatchObject({ state: 'running', plan: { devices: 2 } });
    await api.store.jobs.transition({
      jobId: id,
      from: ['running'],
      to: 'succeeded',
      endAttempt: true,
      patch: { result: { model: { path: '/models/x' } } },
    });
    expect((await api.ask<Job>('GET', `jobs/${id}`)).body).toMatchObject({ state: 'succeeded', result: { model: '/models/x' } });
  });

  it('takes no word from an attempt that was replaced, or from anybody else', async () => {
    const { id } = await api.submit();
    const first = await launch(api, id);
    expectProblem(await first.say('frames', { seq: 1 }), 422, 'invalid_spec');
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'recovering', endAttempt: true });
    const second = await launch(api, id);
    const frame = { seq: 1, metrics: { columns: ['step', 'loss'], rows: [[0, 1]] }, evaluations: [], logs: [] };
    expectProblem(await first.say('frames', frame), 409, 'attempt_fenced');
    expectProblem(await first.say('heartbeat', { ranks: [] }), 409, 'attempt_fenced');
    expectProblem(await first.say('checkpoints', { step: 1, path: '/x', bytes: 0, files: [] }), 409, 'attempt_fenced');
    expectProblem(await first.say('finish', { outcome: 'succeeded', step: 1 }), 409, 'attempt_fenced');
    for (const token of ['guessed', api.adminToken]) expectProblem(await second.say('frames', frame, token), 409, 'attempt_fenced');
    expect((await api.ask<Job>('GET', `jobs/${id}`)).body.progress).toBeNull();
    await api.store.jobs.transition({ jobId: id, from: ['running'], to: 'failed', endAttempt: true });
  });
});
